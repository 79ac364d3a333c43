using CloudBackup.FileTree;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Backup;

/// <summary>Measures the memory of the whole process, so nothing else may run meanwhile.</summary>
[Collection(Alone.Name)]
public sealed class DeepTreeMemoryTests
{
    [Fact]
    public void A_walk_of_any_depth_has_few_folders_open_and_little_in_memory()
    {
        Assert.SkipUnless(LocalFileSystem.IsFull, "needs a file system without a limit of its own");
        const int Levels = 12_000;
        using var folder = new TempFolder();
        DeepTree.Make(folder.Path, Levels, nameLength: 4);
        using var root = LocalFileSystem.Open(folder.Path);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (items, open, memory) = (0, 0, 0L);
        foreach (var item in new TreeWalker(new ExcludeRules([]), new HashSet<(ulong, ulong)>(), new SourceIssues(true))
            .Walk(root, "data", CancellationToken.None))
        {
            item.Dispose();
            if (++items % 3_999 == 0)
            {
                open = Math.Max(open, DeepTree.CountOpen(folder.Path));
                memory = Math.Max(memory, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }
        Assert.Equal(Levels + 2, items);
        Assert.InRange(open, 1, 64);
        Assert.InRange(memory, long.MinValue, 40L * 1024 * 1024);
    }
}
