using CloudBackup.FileTree;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Swapping;

/// <summary>A swap that cannot begin keeps no folder open: in a long session it would keep a mount busy.</summary>
public sealed class DataSwapTests
{
    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(false, "key")]
    [InlineData(true, "key")]
    public void A_swap_that_fails_to_begin_closes_what_it_has_opened(bool isOtherFolder, string? key)
    {
        using var folder = new TempFolder();
        var data = folder.Make("data");
        ulong? inode = isOtherFolder ? Close(LocalFileSystem.Open(folder.Path)) : null;
        for (var failing = 1; failing <= 3; failing++)
        {
            var calls = 0;
            try
            {
                SwapChoice.Choose(data, _ => FailIf(++calls == failing), key, inode).Dispose();
            }
            catch (BackupException)
            {
                // As meant.
            }
            Assert.Empty(OpenBelow(folder.Path));
        }

        void FailIf(bool isDue)
        {
            if (isDue)
            {
                throw BackupErrors.FolderReplaced(data);
            }
        }
    }

    private static ulong Close(DirectoryNode node)
    {
        using (node)
        {
            return node.ReadFacts().Inode;
        }
    }

    private static List<string?> OpenBelow(string folder) =>
        [.. Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(path => new FileInfo(path).LinkTarget).Where(target => target?.StartsWith(folder + "/", StringComparison.Ordinal) == true || target == folder)];
}
