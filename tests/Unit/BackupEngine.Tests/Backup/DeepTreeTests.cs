using CloudBackup.FileTree;
using CloudBackup.Formats.Objects;
using CloudBackup.Import;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Backup;

/// <summary>Trees of very many levels: what a backup takes, a restore takes, and neither runs out of memory or open files.</summary>
public sealed class DeepTreeTests
{
    private const int NameLength = 254; // with its slash 255

    [Theory]
    [InlineData(BackupFormat.Tgz, 258)]
    [InlineData(BackupFormat.Tgz, 40)]
    [InlineData(BackupFormat.Rsync, 10)]
    public async Task What_is_Ready_comes_back_however_deep_it_is(BackupFormat format, int levels)
    {
        Assert.SkipUnless(LocalFileSystem.IsFull, "needs a file system without a limit of its own");
        using var platform = await new TestPlatform().SetUpAsync(site: site => site with { Format = format });
        // "data" and 257 levels have 65,539 characters: one too many in any case.
        DeepTree.Make(platform.Data, levels, NameLength, files: 3);
        if (levels > 256)
        {
            var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
            Assert.Equal("SourcePathTooLong", failure.ErrorId);
            Assert.InRange(failure.Message.Length, 50, 450);
        }
        var backup = await platform.BackUpAsync(new AppBackupOptions { ContinueOnError = levels > 256 });
        Assert.Equal(levels > 256 ? BackupState.Partial : BackupState.Ready, backup.State);
        Assert.All(backup.Missing, item => Assert.InRange(item.Path.Length, 1, 4096));
        var before = DeepTree.Measure(platform.Data);
        await platform.RestoreAsync(backup.Id);
        Assert.Equal(levels > 256 ? (256, 1) : before, DeepTree.Measure(platform.Data));
    }

    [Fact]
    public void A_walk_for_an_import_has_few_folders_open_too()
    {
        Assert.SkipUnless(LocalFileSystem.IsFull, "needs a file system without a limit of its own");
        const int Levels = 6_000;
        using var folder = new TempFolder();
        DeepTree.Make(folder.Path, Levels, nameLength: 4);
        using var root = LocalFileSystem.Open(folder.Path);
        var open = 0;
        var items = new FolderWalk(folder.Path, new ObjectNames(cipher: null)).Run(root, CancellationToken.None)
            .Select((item, index) => open = index % 1_999 == 0 ? Math.Max(open, DeepTree.CountOpen(folder.Path)) : open).Count();
        Assert.Equal(Levels + 1, items);
        Assert.InRange(open, 1, 64);
    }

    [Fact]
    public void A_cursor_sets_the_metadata_of_all_levels_with_few_of_them_open()
    {
        Assert.SkipUnless(LocalFileSystem.IsFull, "needs a file system without a limit of its own");
        const int Levels = 3_000;
        using var folder = new TempFolder();
        using var root = LocalFileSystem.Open(folder.Path);
        var left = new List<string>();
        using (var cursor = new FolderCursor(root, makes: true, (node, _) => left.Add(node.Path)))
        {
            var path = "";
            for (var level = 0; level < Levels; level++)
            {
                path += level == 0 ? "d0" : $"/d{level}";
                cursor.MoveTo(path);
                cursor.SetMetadataOnLeave(new EntryMetadata());
            }
            Assert.InRange(DeepTree.CountOpen(folder.Path), 1, 64);
            cursor.LeaveAll();
        }
        Assert.Equal(Levels, left.Count);
        Assert.Equal(Path.Join(folder.Path, "d0"), left[^1]);
        Assert.Equal(Path.Join(folder.Path, "d0", "d1"), left[^2]);
    }

    /// <summary>Whoever owns the data moves the folders that the walk is in. It must neither end up elsewhere nor lose what is still there.</summary>
    [Theory]
    [InlineData(10, 0)] // closed by then: found again through its child, and the one above it by its name
    [InlineData(60, 0)] // still open
    [InlineData(10, 5)] // those between the two are not found again
    public void A_folder_that_is_moved_while_a_walk_is_below_it_leads_nowhere_else(int moved, int movedToo)
    {
        Assert.SkipUnless(LocalFileSystem.IsFull, "needs open folders");
        using var folder = new TempFolder();
        folder.Make("elsewhere/inside");
        folder.Write("elsewhere/secret", "secret");
        folder.Make("data");
        var path = folder["data"];
        for (var level = 0; level < 100; level++)
        {
            path = Path.Join(path, "d");
            Directory.CreateDirectory(path);
            File.WriteAllText(Path.Join(path, "z"), "after what is below");
        }
        using var root = LocalFileSystem.Open(folder["data"]);
        var issues = new SourceIssues(continueOnError: false);
        var found = new List<string>();
        foreach (var item in new TreeWalker(new ExcludeRules([]), new HashSet<(ulong, ulong)>(), issues).Walk(root, "data", CancellationToken.None))
        {
            found.Add(item.Path);
            item.Dispose();
            if (item.Facts.Kind == EntryKind.Directory && found.Count == 101)
            {
                Move(moved, "first");
                Move(movedToo, "second");
            }
        }
        Assert.DoesNotContain(found, item => item.EndsWith("secret", StringComparison.Ordinal));
        // What is above the folder that was moved is found all the same.
        Assert.Contains("data/d/z", found);
        Assert.Equal(movedToo > 0, issues.Skipped > 0);
        Assert.Equal(movedToo > 0 ? 95 : 100, found.Count(item => item.EndsWith("/z", StringComparison.Ordinal)));

        void Move(int level, string name)
        {
            if (level > 0)
            {
                Directory.Move(Path.Join([folder["data"], .. Enumerable.Repeat("d", level)]), folder[$"elsewhere/inside/{name}"]);
            }
        }
    }
}
