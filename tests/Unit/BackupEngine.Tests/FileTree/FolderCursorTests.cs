using CloudBackup.FileTree;
using CloudBackup.Formats.Rsync.Run;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.FileTree;

/// <summary>Moving through a tree by open folders.</summary>
public sealed class FolderCursorTests : IDisposable
{
    private const int Levels = 1_500;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folders_are_made_where_that_was_asked_for_and_told_of_once()
    {
        using var root = LocalFileSystem.Open(_folder.Path);
        var made = new List<string>();
        using var cursor = new FolderCursor(root, makes: true, onMade: node => made.Add(Path.GetFileName(node.Path)));
        cursor.MoveTo("a/b");
        cursor.MoveTo("a/c");
        cursor.MoveTo("");
        cursor.MoveTo("a/b");
        Assert.Equal(["a", "b", "c"], made);
    }

    [Fact]
    public void A_folder_that_is_missing_is_not_made_else()
    {
        _folder.Make("a/b");
        using var root = LocalFileSystem.Open(_folder.Path);
        using var cursor = new FolderCursor(root, makes: false);
        var failure = Assert.Throws<FileTreeException>(() => cursor.MoveTo("a/c/d"));
        Assert.Equal(FileTreeErrorKind.NotFound, failure.Kind);
        Assert.Equal("b", Path.GetFileName(cursor.MoveTo("a/b").Path));
        Assert.False(Directory.Exists(_folder["a/c"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Folders_that_are_gone_by_now_are_in_the_way_of_nothing_else(bool isDue)
    {
        Assert.SkipUnless(LocalFileSystem.IsFull, "folders are kept open where that is possible");
        const int ManyLevels = 60;
        const int FirstOpen = ManyLevels - 47;
        _folder.Make("other");
        using var root = LocalFileSystem.Open(_folder.Path);
        using var cursor = new FolderCursor(root, makes: true, onLeave: (_, _) => { });
        cursor.MoveTo("d");
        if (isDue)
        {
            cursor.SetMetadataOnLeave(new EntryMetadata());
        }
        cursor.MoveTo(Down(ManyLevels));
        Directory.Move(_folder[Down(FirstOpen)], _folder["moved"]);
        Directory.Delete(_folder["d"], recursive: true);
        if (isDue)
        {
            Assert.Equal(FileTreeErrorKind.NotFound, Assert.Throws<FileTreeException>(() => cursor.MoveTo("other")).Kind);
        }
        else
        {
            Assert.Equal(FileTreeErrorKind.NotFound, Assert.Throws<FileTreeException>(() => cursor.MoveTo("d/e")).Kind);
            Assert.Equal("other", Path.GetFileName(cursor.MoveTo("other").Path));
        }
    }

    [Fact]
    public void The_files_of_a_plan_are_found_again_with_few_folders_open()
    {
        Assert.SkipUnless(LocalFileSystem.IsFull, "needs a file system without a limit of its own");
        DeepTree.Make(_folder.Path, Levels, nameLength: 1, files: 2);
        using var root = LocalFileSystem.Open(_folder.Path);
        var walker = new TreeWalker(new ExcludeRules([]), new HashSet<(ulong, ulong)>(), new SourceIssues(continueOnError: false));
        using var origins = new PlanOrigins();
        var files = origins.Read(walker.Walk(root, "data", CancellationToken.None)).Where(record => record.Kind == EntryKind.File).ToList();
        using var finder = new SourceFinder(origins);
        foreach (var record in files)
        {
            using var item = finder.Find(record);
            using var file = item.Open();
            Assert.Equal(3, file.Facts.Size);
        }
        Assert.Equal(2, files.Count);
        Assert.InRange(DeepTree.CountOpen(_folder.Path), 1, 64);
    }

    private static string Down(int levels) => string.Join('/', Enumerable.Repeat("d", levels));
}
