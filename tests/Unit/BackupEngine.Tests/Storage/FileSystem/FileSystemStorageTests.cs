using CloudBackup.Storage;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Storage.FileSystem;

public sealed class FileSystemStorageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_killed_writers_left_is_hidden_and_swept_for_its_object_only()
    {
        using var folder = new TempFolder();
        await using var storage = new FileSystemStorage(folder.Path, new SeededRandom(1));
        folder.Write($"tag/{PartialName.For("app_x.tar.gz", new SeededRandom(2))}", "half");
        folder.Write($"tag/{PartialName.For("app_y.tar.gz", new SeededRandom(3))}", "half");
        folder.Write($"tag/app_x/data/{PartialName.For("f", new SeededRandom(4))}", "half");
        Assert.Equal(0, await storage.ListAsync("", recursive: true, Token).CountAsync(Token));
        Assert.Equal(1, await storage.SweepPartialsAsync("tag/app_x.tar.gz", Token));
        Assert.Equal(1, await storage.SweepPartialsAsync("tag/app_x", Token));
        Assert.Single(Directory.GetFiles(folder["tag"], ".cbpart-*"));
    }

    [Fact]
    public async Task Folders_that_a_killed_removal_has_left_empty_are_in_no_objects_way()
    {
        using var folder = new TempFolder();
        await using var storage = new FileSystemStorage(folder.Path, new SeededRandom(1));
        folder.Make("d/a/b");
        folder.Make("d/a/c");
        await storage.WriteAsync("d/a", ObjectContent.FromBytes(new byte[1]), WriteMode.Replace, Token);
        Assert.Equal(1, (await storage.FindAsync("d/a", Token))?.Size);
        folder.Write("d/full/object", "x");
        await Assert.ThrowsAsync<StorageException>(() => storage.WriteAsync("d/full", ObjectContent.FromBytes(new byte[1]), WriteMode.Replace, Token));
        Assert.Equal("x", File.ReadAllText(folder["d/full/object"]));
    }

    [Fact]
    public async Task A_listing_goes_on_while_others_remove_the_folders_that_it_lists()
    {
        using var folder = new TempFolder();
        await using var storage = new FileSystemStorage(folder.Path, new SeededRandom(1));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var others = Task.Run(
            () =>
            {
                for (var round = 0; !stop.IsCancellationRequested; round++)
                {
                    try
                    {
                        Directory.Delete(folder.Make($"tag-{round % 7}"));
                    }
                    catch (DirectoryNotFoundException)
                    {
                        // The sweep has removed the empty folder.
                    }
                }
            },
            Token);
        for (var round = 0; round < 2000; round++)
        {
            Assert.Empty(await storage.ListAsync("", recursive: true, Token).ToListAsync(Token));
            Assert.Empty(await storage.ListAsync($"tag-{round % 7}", recursive: true, Token).ToListAsync(Token));
            Assert.Equal(0, await storage.SweepPartialsAsync($"tag-{round % 7}/app_x", Token));
        }
        await stop.CancelAsync();
        await others;
    }

    [Fact]
    public async Task A_missing_place_is_never_created()
    {
        using var folder = new TempFolder();
        await using var storage = new FileSystemStorage(folder["mnt"], new SeededRandom(1));
        var failure = await Assert.ThrowsAsync<StorageException>(() => storage.WriteAsync("a", ObjectContent.FromBytes(new byte[1]), WriteMode.CreateNew, Token));
        Assert.Equal((StorageErrorKind.NotFound, ""), (failure.Kind, failure.Path));
        Assert.False(Directory.Exists(folder["mnt"]));
    }

    [Fact]
    public async Task Names_as_long_as_the_file_system_takes_are_written()
    {
        using var folder = new TempFolder();
        await using var storage = new FileSystemStorage(folder.Path, new SeededRandom(1));
        var name = new string('n', 255);
        await storage.WriteAsync($"d/{name}", ObjectContent.FromBytes(new byte[1]), WriteMode.CreateNew, Token);
        Assert.NotNull(await storage.FindAsync($"d/{name}", Token));
        Assert.Equal(StorageErrorKind.Misconfigured, (await Assert.ThrowsAsync<StorageException>(() =>
            storage.WriteAsync($"d/{name}n", ObjectContent.FromBytes(new byte[1]), WriteMode.CreateNew, Token))).Kind);
    }

    [Fact]
    public async Task A_symbolic_link_in_the_store_is_neither_followed_nor_listed()
    {
        using var folder = new TempFolder();
        folder.Write("outside/secret", "x");
        Directory.CreateSymbolicLink(Path.Join(folder.Make("store"), "link"), folder["outside"]);
        await using var storage = new FileSystemStorage(folder["store"], new SeededRandom(1));
        Assert.Equal(0, await storage.ListAsync("", recursive: true, Token).CountAsync(Token));
        await Assert.ThrowsAsync<StorageException>(() => storage.WriteAsync("link/evil", ObjectContent.FromBytes(new byte[1]), WriteMode.CreateNew, Token));
        await Assert.ThrowsAsync<StorageException>(() => storage.OpenReadAsync("link/secret", 0, null, Token));
        Assert.Equal(["secret"], Directory.GetFiles(folder["outside"]).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(".cbpart-", true)]
    [InlineData(".cbpart-notes", true)]
    [InlineData(".cbpart-0123456789abcdef-0123456789abcdeg", true)]
    [InlineData(".cbpart-0123456789abcdef-0123456789abcdef0", true)]
    [InlineData(".cbpart-0123456789abcdef-0123456789abcdef", false)]
    public async Task Only_names_of_exactly_the_form_of_temporary_files_are_the_storages_own(string name, bool isObject)
    {
        using var folder = new TempFolder();
        folder.Write($"data/{name}", "1");
        await using var storage = new FileSystemStorage(folder.Path, new SeededRandom(1));
        var token = TestContext.Current.CancellationToken;
        Assert.Equal(isObject ? 1 : 0, await storage.ListAsync("data", recursive: true, token).CountAsync(token));
        Assert.Equal(!isObject, storage.Capabilities.IsReserved(name));
        Assert.Equal(isObject ? 0 : 1, await storage.SweepPartialsAsync("data", token));
        Assert.Equal(isObject, File.Exists(folder[$"data/{name}"]));
    }
}
