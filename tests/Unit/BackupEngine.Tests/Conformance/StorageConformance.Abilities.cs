using CloudBackup.Storage;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Conformance;

/// <summary>What holds for the optional abilities, where a storage has them.</summary>
public abstract partial class StorageConformance
{
    [Fact]
    public Task A_copy_is_whole_and_independent_of_its_original() => UseAsync(async storage =>
    {
        if (storage.As<IServerCopy>() is not { } copier)
        {
            return;
        }
        var content = new SeededRandom(4).Bytes(300_000);
        await storage.WriteAsync("snapshot/a/file", ObjectContent.FromBytes(content), WriteMode.CreateNew, Token);
        await copier.CopyAsync("snapshot/a/file", "2026/app_x/deep/file", Token);
        Assert.Equal(content, await ReadAsync(storage, "2026/app_x/deep/file"));
        await storage.WriteAsync("snapshot/a/file", ObjectContent.FromBytes("new"u8.ToArray()), WriteMode.Replace, Token);
        Assert.Equal(content, await ReadAsync(storage, "2026/app_x/deep/file"));
        await copier.CopyAsync("snapshot/a/file", "2026/app_x/deep/file", Token);
        await storage.RemoveAsync("snapshot/a/file", Token);
        Assert.Equal("new"u8.ToArray(), await ReadAsync(storage, "2026/app_x/deep/file"));
        await Expect(StorageErrorKind.NotFound, () => copier.CopyAsync("snapshot/a/file", "2026/other", Token));
        await Expect(StorageErrorKind.Misconfigured, () => copier.CopyAsync("2026/app_x/deep/file", "../out", Token));
    });

    [Fact]
    public Task Copies_take_names_with_special_characters() => UseAsync(async storage =>
    {
        if (storage.As<IServerCopy>() is not { } copier)
        {
            return;
        }
        foreach (var name in OddNames)
        {
            await PutAsync(storage, $"odd/{name}", name);
            await copier.CopyAsync($"odd/{name}", $"copy/{name}", Token);
            Assert.Equal(System.Text.Encoding.UTF8.GetBytes(name), await ReadAsync(storage, $"copy/{name}"));
        }
        Assert.Equal(OddNames.Select(name => $"copy/{name}").Order(StringComparer.Ordinal), await ListAsync(storage, "copy", recursive: true));
    });

    [Fact]
    public Task A_trial_of_links_leaves_only_the_object() => UseAsync(async storage =>
    {
        if (storage.As<ILinkTrial>() is not { } links)
        {
            return;
        }
        await PutAsync(storage, "trial/file", "x");
        await links.TryLinkAsync("trial/file", "trial/link", Token);
        Assert.Equal(["trial/file"], await ListAsync(storage, "", recursive: true));
        await Expect(StorageErrorKind.NotFound, () => links.TryLinkAsync("trial/none", "trial/link", Token));
        await Expect(StorageErrorKind.AlreadyExists, () => links.TryLinkAsync("trial/file", "trial/file", Token));
    });

    [Fact]
    public Task A_folder_copy_keeps_its_contents_when_the_originals_change() => UseAsync(async storage =>
    {
        if (storage.As<IFolderCopy>() is not { } copier)
        {
            return;
        }
        var names = Enumerable.Range(0, 30).Select(i => $"file {i}").ToList();
        foreach (var name in names)
        {
            await PutAsync(storage, $"snapshot/a/{name}", $"old {name}");
        }
        await PutAsync(storage, "snapshot/a/unasked", "x");
        await PutAsync(storage, "snapshot/a/inside/file", "x");
        Assert.Equal(["missing"], await copier.CopyFolderAsync("snapshot/a", "2026/app_x/deep", [.. names, "missing"], Token));
        await storage.As<IDeferredFlush>()!.FlushAsync(Token);
        await storage.WriteAsync("snapshot/a/file 3", ObjectContent.FromBytes("new"u8.ToArray()), WriteMode.Replace, Token);
        await storage.WriteAsync("snapshot/a/file 1", ObjectContent.FromBytes("new"u8.ToArray()), WriteMode.ReplaceLater, Token);
        await storage.RemoveAsync("snapshot/a/file 2", Token);
        Assert.Equal(names.Select(name => $"2026/app_x/deep/{name}").Order(StringComparer.Ordinal), await ListAsync(storage, "2026", recursive: true));
        foreach (var name in names)
        {
            Assert.Equal(System.Text.Encoding.UTF8.GetBytes($"old {name}"), await ReadAsync(storage, $"2026/app_x/deep/{name}"));
        }
        Assert.Equal(["a"], await copier.CopyFolderAsync("snapshot/none", "2026/none", ["a"], Token));
        await Expect(StorageErrorKind.Misconfigured, () => copier.CopyFolderAsync("../out", "2026/none", ["a"], Token));
    });

    [Fact]
    public Task What_is_written_to_be_durable_later_is_there_at_once() => UseAsync(async storage =>
    {
        var content = new SeededRandom(6).Bytes(400_000);
        await storage.WriteAsync("later/a", ObjectContent.FromBytes(content), WriteMode.ReplaceLater, Token);
        Assert.Equal(content, await ReadAsync(storage, "later/a"));
        await storage.WriteAsync("later/a", ObjectContent.FromBytes("short"u8.ToArray()), WriteMode.ReplaceLater, Token);
        Assert.Equal("short"u8.ToArray(), await ReadAsync(storage, "later/a"));
        if (storage.As<IDeferredFlush>() is { } deferred)
        {
            await deferred.FlushAsync(Token);
        }
        Assert.Equal(["later/a"], await ListAsync(storage, "", recursive: true));
    });

    [Fact]
    public Task What_is_expected_to_be_new_replaces_what_is_there_as_a_whole() => UseAsync(async storage =>
    {
        var content = new SeededRandom(7).Bytes(300_000);
        await storage.WriteAsync("later/new", ObjectContent.FromBytes(content), WriteMode.NewLater, Token);
        await storage.WriteAsync("later/empty", ObjectContent.FromBytes(Array.Empty<byte>()), WriteMode.NewLater, Token);
        if (storage.As<IFolderCopy>() is { } copier)
        {
            Assert.Empty(await copier.CopyFolderAsync("later", "2026/copy", ["new"], Token));
        }
        foreach (var path in new[] { "later/new", "later/never" })
        {
            var failing = ObjectContent.FromStream(new FailingStream(100_000, new InvalidOperationException("the source broke")));
            await Assert.ThrowsAsync<InvalidOperationException>(() => storage.WriteAsync(path, failing, WriteMode.NewLater, Token));
        }
        Assert.Equal(content, await ReadAsync(storage, "later/new"));
        Assert.Equal(["later/empty", "later/new"], await ListAsync(storage, "later", recursive: true));
        await storage.WriteAsync("later/new", ObjectContent.FromBytes("short"u8.ToArray()), WriteMode.NewLater, Token);
        Assert.Equal("short"u8.ToArray(), await ReadAsync(storage, "later/new"));
        if (storage.As<IFolderCopy>() is not null)
        {
            Assert.Equal(content, await ReadAsync(storage, "2026/copy/new"));
        }
    });

    [Fact]
    public Task Long_rows_of_zeros_come_back() => UseAsync(async storage =>
    {
        foreach (var length in new[] { 65_536, 3_000_000, 5_000_001 })
        {
            var content = new byte[length];
            content[length / 2] = 1;
            await storage.WriteAsync($"zeros/{length}", ObjectContent.FromBytes(content), WriteMode.CreateNew, Token);
            await storage.WriteAsync($"none/{length}", ObjectContent.FromBytes(new byte[length]), WriteMode.CreateNew, Token);
            Assert.Equal(content, await ReadAsync(storage, $"zeros/{length}"));
            Assert.Equal(new byte[length], await ReadAsync(storage, $"none/{length}"));
        }
    });

    [Fact]
    public Task Many_objects_are_removed_at_once_with_their_empty_folders() => UseAsync(async storage =>
    {
        if (storage.As<IBulkRemove>() is not { } remover)
        {
            return;
        }
        var paths = Enumerable.Range(0, 40).Select(i => $"many/{i % 12}/x/object {i}&<>").ToList();
        await Task.WhenAll(paths.Append("many/stays").Select(path => PutAsync(storage, path, "x")));
        Assert.Empty(await remover.RemoveAllAsync([.. paths, "many/never-was", "no/folder"], Token));
        Assert.Equal(["many/stays"], await ListAsync(storage, "", recursive: true));
        Assert.Equal(["many/stays"], await ListAsync(storage, "many", recursive: false));
        Assert.Empty(await remover.RemoveAllAsync([], Token));
        await Expect(StorageErrorKind.Misconfigured, () => remover.RemoveAllAsync(["many/stays", "../x"], Token));
        Assert.Equal(["many/stays"], await ListAsync(storage, "", recursive: true));
    });

    /// <summary>Names that need care in addresses, in XML and in what the S3 signature covers.</summary>
    private protected virtual IEnumerable<string> OddNames =>
    [
        "blank and  two", "plus+plus", "percent%41%", "question?mark", "hash#tag", "amper&sand", "less<more>", "quote'\"", "at@,:;=!$()*[]{}|^`~",
        "back\\slash", "umlaut-\u00e4\u00f6", "decomposed-a\u0308", "emoji-\U0001F600", "-dash", "_.hidden", ".hidden", "ends.", "...",
    ];
}
