using CloudBackup.FileTree;

namespace CloudBackup.Restore;

/// <summary>
/// Puts restored data in the place of an app's data directory, and can put the old back. Usually the restored folder is unpacked beside
/// the data directory and the two change names, at once where the system can. Where that is not possible, because the data directory is a
/// mount point or its parent is closed to us, it is unpacked inside and the entries change places one by one; each step is such that
/// <see cref="PutOldBack"/> ends right whatever step a crash came after.
/// </summary>
internal abstract class DataSwap(string dataDirectory)
{
    /// <summary>The folder, in the data directory or beside it, that everything of a restore is in; never part of a backup.</summary>
    public const string StagingName = ".cloudbackup-restore";

    /// <summary>In the staging folder: what is unpacked.</summary>
    protected const string NewName = "new";

    /// <summary>In the staging folder: what was there before.</summary>
    protected const string OldName = "old";

    /// <summary>In the staging folder: the mark that stands until all is unpacked.</summary>
    private const string UnfinishedName = "unfinished";

    /// <summary>In the unpacked backup: the app's data.</summary>
    protected const string DataName = "data";

    /// <summary>In the staging folder: what was in the way of the old data when it was put back.</summary>
    protected const string RejectedName = "rejected";

    /// <summary>The data directory, without links on the way.</summary>
    public string DataDirectory { get; } = dataDirectory;

    /// <summary>The staging folder.</summary>
    public abstract string StagingPath { get; }

    /// <summary>Whether the data changes place as one folder.</summary>
    public abstract bool IsWholeFolder { get; }

    /// <summary>Where the old data is kept after the swap; null when it goes.</summary>
    public virtual string? KeptPath => null;

    /// <summary>The folder that the backup is to be unpacked in.</summary>
    public string UnpackPath => Path.Join(StagingPath, NewName);

    /// <summary>Whether the unpacked backup holds the app's data: a folder, and not a link to one elsewhere.</summary>
    public bool HasNewData
    {
        get
        {
            using var unpacked = LocalFileSystem.Open(UnpackPath);
            return unpacked.Exists(DataName) && unpacked.Stat(DataName).Kind == EntryKind.Directory;
        }
    }

    /// <summary>Whether it was interrupted while it unpacked something that can be gone on with.</summary>
    public bool IsUnfinished => UnfinishedMark.Find(StagingPath, UnfinishedName, key: null) is not null;

    /// <summary>Whether a data directory is there and holds anything of the app's.</summary>
    public static bool HoldsData(string dataDirectory) =>
        Directory.Exists(dataDirectory) && Directory.EnumerateFileSystemEntries(dataDirectory).Any(path => Path.GetFileName(path) != StagingName);

    /// <summary>The swap for a data directory: one that was interrupted while it unpacked the same, else as one folder where that can work.</summary>
    /// <param name="dataDirectory">The data directory.</param>
    /// <param name="announce">Told of a swap before anything is written for it.</param>
    /// <param name="key">Tells the content that is coming from all others; null when nothing can be gone on with.</param>
    /// <exception cref="BackupException">Another file system is mounted inside the data directory.</exception>
    public static DataSwap Choose(string dataDirectory, Action<DataSwap> announce, string? key = null)
    {
        var real = RealPath.Of(dataDirectory);
        var mounts = MountTable.Read();
        if (mounts.FindBelow(real) is { } inside)
        {
            // Its content would be restored to the disk around it, and the mounted disk emptied with the old data.
            throw BackupErrors.MountInside(dataDirectory, inside);
        }
        if (FindUnfinished(real, key) is { } unfinished)
        {
            announce(unfinished);
            return unfinished;
        }
        if (IsMovable(real, mounts))
        {
            var whole = new FolderSwap(real);
            announce(whole);
            if (whole.CanWork())
            {
                return whole;
            }
        }
        var entries = new EntrySwap(real);
        announce(entries);
        return entries;
    }

    /// <summary>The swap that was interrupted at a data directory while it unpacked what the key tells; null when there is none.</summary>
    public static DataSwap? FindUnfinished(string dataDirectory, string? key)
    {
        var real = RealPath.Of(dataDirectory);
        DataSwap[] swaps = key is null ? [] : IsMovable(real, MountTable.Read()) ? [new FolderSwap(real), new EntrySwap(real)] : [new EntrySwap(real)];
        return Array.Find(swaps, swap => UnfinishedMark.Find(swap.StagingPath, UnfinishedName, key) is not null);
    }

    /// <summary>The swap that a journal tells of.</summary>
    public static DataSwap Reopen(string dataDirectory, bool isWholeFolder, string? keptPath)
    {
        if (keptPath is not null)
        {
            return new KeepingSwap(dataDirectory, keptPath);
        }
        return isWholeFolder ? new FolderSwap(dataDirectory) : new EntrySwap(dataDirectory);
    }

    /// <summary>
    /// Makes the empty staging folder; what an earlier restore left in it is removed, unless the content that is coming goes on with it.
    /// </summary>
    /// <param name="key">Tells the content from all others; null when nothing can be gone on with.</param>
    /// <returns>The mark that stands in the staging folder until all contents are there; null without a key.</returns>
    public virtual UnfinishedMark? Prepare(string? key = null)
    {
        if (key is not null && UnfinishedMark.Find(StagingPath, UnfinishedName, key) is { } left)
        {
            return left;
        }
        RemoveStaging();
        using var parent = LocalFileSystem.Open(Path.GetDirectoryName(StagingPath)!);
        parent.MakeDirectory(Path.GetFileName(StagingPath));
        using var staging = LocalFileSystem.Open(StagingPath);
        staging.MakeDirectory(NewName);
        return key is null ? null : UnfinishedMark.Set(StagingPath, UnfinishedName, key);
    }

    /// <summary>The new data takes the place of the old. After a failure <see cref="PutOldBack"/> is due.</summary>
    public abstract void PutNewInPlace();

    /// <summary>The old data is in its place again, whatever was done before; harmless when nothing was.</summary>
    public abstract void PutOldBack();

    /// <summary>Removes the staging folder and what is in it: the old data after a success, the new after a failure.</summary>
    public virtual void RemoveStaging()
    {
        try
        {
            using var parent = LocalFileSystem.Open(Path.GetDirectoryName(StagingPath)!);
            TreeRemoval.Remove(parent, Path.GetFileName(StagingPath));
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            // Nothing was staged.
        }
    }

    /// <summary>The staging folder beside a folder.</summary>
    internal static string StagingBeside(string folder) => Path.Join(Path.GetDirectoryName(folder), $"{StagingName}-{Path.GetFileName(folder)}");

    /// <summary>Opens a folder; null when it is missing.</summary>
    protected static DirectoryNode? TryOpen(string path)
    {
        try
        {
            return LocalFileSystem.Open(path);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>Makes a folder unless it is there, and opens it.</summary>
    protected static DirectoryNode OpenOrMake(DirectoryNode parent, string name)
    {
        if (!parent.Exists(name))
        {
            parent.MakeDirectory(name);
        }
        return parent.OpenDirectory(name);
    }

    /// <summary>Moves an entry to its place; what has taken the place meanwhile goes to the rejected.</summary>
    protected static void MoveBack(DirectoryNode from, string name, DirectoryNode to, string newName, DirectoryNode staging)
    {
        if (to.Exists(newName))
        {
            using var rejected = OpenOrMake(staging, RejectedName);
            TreeRemoval.Remove(rejected, newName);
            to.MoveToFree(newName, rejected, newName);
        }
        from.MoveKeepingTime(name, to, newName);
    }

    private static bool IsMovable(string folder, MountTable mounts) => Path.GetDirectoryName(folder) is not null && !mounts.IsMountPoint(folder);

    /// <summary>Tries whether there can be a staging folder; where there can be one beside the data directory, that can be renamed.</summary>
    private bool CanWork()
    {
        try
        {
            Prepare();
            RemoveStaging();
            return true;
        }
        catch (FileTreeException)
        {
            return false;
        }
    }
}
