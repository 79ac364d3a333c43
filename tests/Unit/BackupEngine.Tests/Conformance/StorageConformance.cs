using CloudBackup.Storage;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Conformance;

/// <summary>
/// What every storage must do, provider or decorator: a new one adds a subclass that opens it, and gets every test. Each test works in a
/// place of its own.
/// </summary>
public abstract partial class StorageConformance
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Runs a test against an empty place of the storage.</summary>
    private protected abstract Task UseAsync(Func<IBackupStorage, Task> test);

    [Fact]
    public Task What_is_written_is_read_back() => UseAsync(async storage =>
    {
        var random = new SeededRandom(1);
        foreach (var size in new[] { 0, 1, 4096, 1_048_576, 5_000_001 })
        {
            var content = random.Bytes(size);
            var written = await storage.WriteAsync($"a/b/{size}", ObjectContent.FromBytes(content), WriteMode.CreateNew, Token);
            Assert.Equal(size, written);
            Assert.Equal(content, await ReadAsync(storage, $"a/b/{size}"));
        }
    });

    [Fact]
    public Task A_stream_of_unknown_length_is_stored_whole() => UseAsync(async storage =>
    {
        var content = new SeededRandom(2).Bytes(3_333_333);
        await storage.WriteAsync("stream", ObjectContent.FromStream(new TrickleStream(content)), WriteMode.CreateNew, Token);
        Assert.Equal(content, await ReadAsync(storage, "stream"));
    });

    [Fact]
    public Task A_written_object_is_found_and_listed_at_once() => UseAsync(async storage =>
    {
        Assert.Null(await storage.FindAsync("x/y", Token));
        await PutAsync(storage, "x/y", "12345");
        Assert.Equal(5, (await storage.FindAsync("x/y", Token))!.Size);
        Assert.Equal(["x/y"], await ListAsync(storage, "", recursive: true));
    });

    [Fact]
    public Task A_folder_is_not_found_as_an_object() => UseAsync(async storage =>
    {
        await PutAsync(storage, "folder/object", "1");
        Assert.Null(await storage.FindAsync("folder", Token));
        await Expect(StorageErrorKind.NotFound, () => storage.OpenReadAsync("missing/object", 0, null, Token));
    });

    [Fact]
    public Task Listing_a_folder_never_lists_names_that_begin_alike() => UseAsync(async storage =>
    {
        foreach (var path in new[] { "t/app_x/data/f", "t/app_x/g", "t/app_x.tar.gz", "t/app_xy/h", "t/app_x.index.gz", "u/app_x/z" })
        {
            await PutAsync(storage, path, path);
        }
        Assert.Equal(["t/app_x/data/f", "t/app_x/g"], await ListAsync(storage, "t/app_x", recursive: true));
        Assert.Equal(["t/app_x/data/", "t/app_x/g"], await ListAsync(storage, "t/app_x", recursive: false));
        Assert.Equal(["t/app_x.index.gz", "t/app_x.tar.gz", "t/app_x/", "t/app_xy/"], await ListAsync(storage, "t", recursive: false));
        Assert.Equal(["t/", "u/"], await ListAsync(storage, "", recursive: false));
        Assert.Empty(await ListAsync(storage, "t/app", recursive: true));
        Assert.Empty(await ListAsync(storage, "missing/folder", recursive: true));
    });

    [Fact]
    public Task A_range_is_read_exactly() => UseAsync(async storage =>
    {
        var content = new SeededRandom(3).Bytes(100_000);
        await storage.WriteAsync("ranges", ObjectContent.FromBytes(content), WriteMode.CreateNew, Token);
        Assert.Equal(content[5..15], await ReadAsync(storage, "ranges", 5, 10));
        Assert.Equal(content[99_990..], await ReadAsync(storage, "ranges", 99_990, 1000));
        Assert.Equal(content[50_000..], await ReadAsync(storage, "ranges", 50_000, null));
        Assert.Empty(await ReadAsync(storage, "ranges", 100_000, null));
        await Expect(StorageErrorKind.InvalidRange, () => ReadAsync(storage, "ranges", 100_001, null));
    });

    [Fact]
    public Task A_missing_object_is_told_as_not_found() => UseAsync(async storage =>
    {
        await Expect(StorageErrorKind.NotFound, () => storage.OpenReadAsync("missing", 0, null, Token));
        Assert.Null(await storage.FindAsync("missing", Token));
    });

    [Fact]
    public Task CreateNew_never_replaces_I3() => UseAsync(async storage =>
    {
        await PutAsync(storage, "dated/once", "first");
        await Expect(StorageErrorKind.AlreadyExists, () => PutAsync(storage, "dated/once", "second"));
        Assert.Equal("first"u8.ToArray(), await ReadAsync(storage, "dated/once"));
    });

    [Fact]
    public Task Replace_replaces() => UseAsync(async storage =>
    {
        await PutAsync(storage, "note", "a long first content");
        await storage.WriteAsync("note", ObjectContent.FromBytes("second"u8.ToArray()), WriteMode.Replace, Token);
        Assert.Equal("second"u8.ToArray(), await ReadAsync(storage, "note"));
    });

    [Fact]
    public Task Remove_removes_only_the_object_and_its_empty_folders() => UseAsync(async storage =>
    {
        await PutAsync(storage, "tag/app_x.tar.gz", "1");
        await PutAsync(storage, "tag/app_x", "2");
        await PutAsync(storage, "other/deep/er", "3");
        await storage.RemoveAsync("tag/app_x", Token);
        await storage.RemoveAsync("other/deep/er", Token);
        await storage.RemoveAsync("never/was", Token);
        Assert.Equal(["tag/app_x.tar.gz"], await ListAsync(storage, "", recursive: true));
        Assert.Equal(["tag/"], await ListAsync(storage, "", recursive: false));
    });

    [Fact]
    public Task A_source_that_fails_leaves_nothing_and_keeps_its_own_exception() => UseAsync(async storage =>
    {
        var content = ObjectContent.FromStream(new FailingStream(2_000_000, new InvalidOperationException("the source broke")));
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => storage.WriteAsync("broken", content, WriteMode.CreateNew, Token));
        Assert.Equal("the source broke", failure.Message);
        Assert.Empty(await ListAsync(storage, "", recursive: true));
    });

    [Fact]
    public Task A_failed_replacement_keeps_the_old_object() => UseAsync(async storage =>
    {
        await PutAsync(storage, "kept", "old");
        var content = ObjectContent.FromStream(new FailingStream(100_000, new InvalidOperationException("the source broke")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => storage.WriteAsync("kept", content, WriteMode.Replace, Token));
        Assert.Equal("old"u8.ToArray(), await ReadAsync(storage, "kept"));
    });

    [Fact]
    public Task A_cancelled_write_leaves_nothing_I8() => UseAsync(async storage =>
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var content = ObjectContent.FromStream(new FailingStream(2_000_000, null, () => stop.Cancel()));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storage.WriteAsync("stopped", content, WriteMode.CreateNew, stop.Token));
        Assert.Empty(await ListAsync(storage, "", recursive: true));
    });

    [Fact]
    public Task A_content_of_another_length_than_declared_is_refused() => UseAsync(async storage =>
    {
        var content = ObjectContent.FromFactory(10, () => new MemoryStream([1, 2, 3]));
        await Assert.ThrowsAnyAsync<Exception>(() => storage.WriteAsync("short", content, WriteMode.CreateNew, Token));
        Assert.Empty(await ListAsync(storage, "", recursive: true));
    });

    [Theory]
    [InlineData("")]
    [InlineData("/absolute")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("..")]
    [InlineData("a/.")]
    [InlineData("a/")]
    public Task A_path_that_could_leave_the_place_is_refused(string path) => UseAsync(async storage =>
    {
        await Expect(StorageErrorKind.Misconfigured, () => PutAsync(storage, path, "x"));
        await Expect(StorageErrorKind.Misconfigured, () => storage.OpenReadAsync(path, 0, null, Token));
        await Expect(StorageErrorKind.Misconfigured, () => storage.RemoveAsync(path, Token));
    });

    [Fact]
    public Task Many_writers_at_a_time_do_not_disturb_each_other() => UseAsync(async storage =>
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => PutAsync(storage, $"shared/{i % 3}/object-{i}", $"content {i}")));
        Assert.Equal(50, (await ListAsync(storage, "shared", recursive: true)).Count);
        Assert.Equal("content 49"u8.ToArray(), await ReadAsync(storage, "shared/1/object-49"));
    });

    [Fact]
    public Task Of_many_that_create_the_same_object_one_wins() => UseAsync(async storage =>
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                await PutAsync(storage, "race", $"{i}");
                return $"{i}";
            }
            catch (StorageException failure) when (failure.Kind == StorageErrorKind.AlreadyExists)
            {
                return null;
            }
        }));
        var winners = results.OfType<string>().ToList();
        Assert.InRange(winners.Count, 1, storage.Capabilities.CreatesAtomically ? 1 : 8);
        Assert.Contains(System.Text.Encoding.ASCII.GetString(await ReadAsync(storage, "race")), winners);
    });

    [Fact]
    public Task Partial_writes_are_swept_only_for_their_object() => UseAsync(async storage =>
    {
        if (storage.As<ISweepPartials>() is not { } sweeper)
        {
            return;
        }
        await PutAsync(storage, "tag/app_x", "stays");
        Assert.Equal(0, await sweeper.SweepPartialsAsync("tag/app_x", Token));
        Assert.Equal(0, await sweeper.SweepPartialsAsync("tag", Token));
        Assert.Equal(0, await sweeper.SweepPartialsAsync("missing/folder", Token));
        Assert.Equal("stays"u8.ToArray(), await ReadAsync(storage, "tag/app_x"));
    });

    [Fact]
    public Task Free_space_is_a_plausible_number() => UseAsync(async storage =>
    {
        if (storage.As<IFreeSpace>() is { } space)
        {
            Assert.True(await space.GetFreeSpaceAsync(Token) > 0);
        }
    });

    [Fact]
    public Task A_cancelled_listing_stops() => UseAsync(async storage =>
    {
        for (var i = 0; i < 5; i++)
        {
            await PutAsync(storage, $"l/{i}", "x");
        }
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in storage.ListAsync("l", recursive: true, stop.Token))
            {
                await stop.CancelAsync();
            }
        });
    });

    private static Task<long> PutAsync(IBackupStorage storage, string path, string text) =>
        storage.WriteAsync(path, ObjectContent.FromBytes(System.Text.Encoding.UTF8.GetBytes(text)), WriteMode.CreateNew, Token);

    private static async Task<byte[]> ReadAsync(IBackupStorage storage, string path, long offset = 0, long? length = null)
    {
        await using var stream = await storage.OpenReadAsync(path, offset, length, Token);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Token);
        return bytes.ToArray();
    }

    private static async Task<List<string>> ListAsync(IBackupStorage storage, string folder, bool recursive)
    {
        var found = new List<string>();
        await foreach (var item in storage.ListAsync(folder, recursive, Token))
        {
            found.Add(item.IsFolder ? item.Path + "/" : item.Path);
        }
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static async Task Expect(StorageErrorKind kind, Func<Task> action) =>
        Assert.Equal(kind, (await Assert.ThrowsAsync<StorageException>(action)).Kind);
}
