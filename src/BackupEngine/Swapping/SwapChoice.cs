using CloudBackup.Catalog;
using CloudBackup.FileTree;

namespace CloudBackup.Swapping;

/// <summary>Which kind of swap a data directory gets.</summary>
internal static class SwapChoice
{
    /// <summary>The swap for a data directory: one that was interrupted while it unpacked the same, else as one folder where that can work.</summary>
    /// <param name="dataDirectory">The data directory, without links on the way.</param>
    /// <param name="announce">Told of a swap before anything is written for it, and each time that what must be known of it has changed.</param>
    /// <param name="key">Tells the content that is coming from all others; null when nothing can be gone on with.</param>
    /// <param name="expectedInode">What identifies the data directory; null when any folder there will do.</param>
    /// <exception cref="BackupException">Another file system is mounted inside the data directory, or another folder is in its place.</exception>
    public static DataSwap Choose(string dataDirectory, Action<DataSwap> announce, string? key = null, ulong? expectedInode = null)
    {
        var mounts = MountTable.Read();
        if (mounts.FindBelow(dataDirectory) is { } inside)
        {
            // Its content would be restored to the disk around it, and the mounted disk emptied with the old data.
            throw BackupErrors.MountInside(dataDirectory, inside);
        }
        if (FindUnfinished(dataDirectory, key, expectedInode) is { } unfinished)
        {
            return unfinished.Begin(announce);
        }
        if (IsMovable(dataDirectory, mounts))
        {
            var whole = new FolderSwap(dataDirectory) { ExpectedInode = expectedInode }.Begin(announce);
            if (whole.CanWork())
            {
                return whole;
            }
            whole.Dispose();
        }
        return new EntrySwap(dataDirectory) { ExpectedInode = expectedInode }.Begin(announce);
    }

    /// <summary>The swap that was interrupted at a data directory while it unpacked what the key tells; null when there is none.</summary>
    public static DataSwap? FindUnfinished(string dataDirectory, string? key, ulong? expectedInode = null)
    {
        if (key is null)
        {
            return null;
        }
        if (IsMovable(dataDirectory, MountTable.Read()) && new FolderSwap(dataDirectory) { ExpectedInode = expectedInode } is var whole)
        {
            if (whole.IsUnfinishedOf(key))
            {
                return whole;
            }
            whole.Dispose();
        }
        var entries = new EntrySwap(dataDirectory) { ExpectedInode = expectedInode };
        if (entries.IsUnfinishedOf(key))
        {
            return entries;
        }
        entries.Dispose();
        return null;
    }

    /// <summary>The swap that a journal tells of.</summary>
    /// <param name="dataDirectory">The data directory, without links on the way.</param>
    /// <param name="isWholeFolder">Whether it changes place as one folder.</param>
    /// <param name="keptPath">Where the old data is kept; null when it goes.</param>
    /// <param name="staging">What is noted of the staging folder.</param>
    /// <param name="announce">Told when that changes.</param>
    public static DataSwap Reopen(
        string dataDirectory, bool isWholeFolder, string? keptPath, StagingRecord? staging = null, Action<DataSwap>? announce = null)
    {
        DataSwap swap = keptPath is not null ? new KeepingSwap(dataDirectory, keptPath)
            : isWholeFolder ? new FolderSwap(dataDirectory)
            : new EntrySwap(dataDirectory);
        swap.TakeUp(staging, announce);
        return swap;
    }

    private static bool IsMovable(string folder, MountTable mounts) => Path.GetDirectoryName(folder) is not null && !mounts.IsMountPoint(folder);
}
