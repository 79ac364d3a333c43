using CloudBackup.FileTree;

namespace CloudBackup.Restore;

/// <summary>A folder that a restore is going to fill.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Whose">Whose it is, for messages.</param>
/// <param name="Size">Bytes that come into it.</param>
/// <param name="IsOurs">Whether an earlier, interrupted restore has begun to fill it.</param>
internal sealed record FolderToFill(string Path, string Whose, long Size, bool IsOurs = false);

/// <summary>Looks at the folders that a restore is going to fill, without touching them.</summary>
internal static class FolderCheck
{
    /// <summary>Everything that stands in the way.</summary>
    /// <param name="folders">The folders.</param>
    /// <param name="mayReplace">Whether there may be content already.</param>
    public static IEnumerable<BackupException> Run(IReadOnlyList<FolderToFill> folders, bool mayReplace) =>
        folders.SelectMany(folder => Look(folder, mayReplace)).Concat(CheckSpace(folders));

    /// <summary>Whether a folder has content.</summary>
    public static bool IsOccupied(string path)
    {
        try
        {
            return Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any();
        }
        catch (UnauthorizedAccessException)
        {
            return true; // another user's
        }
    }

    /// <summary>Refuses what does not fit on the disk.</summary>
    /// <param name="place">Where it is written.</param>
    /// <param name="destination">Where it will be, for messages.</param>
    /// <param name="size">Bytes.</param>
    /// <exception cref="BackupException">It does not.</exception>
    public static void RequireSpace(string place, string destination, long size)
    {
        var free = LocalAccess.FreeSpace(place);
        if (size > free)
        {
            throw BackupErrors.DestinationTooSmall(destination, size, free);
        }
    }

    private static IEnumerable<BackupException> Look(FolderToFill folder, bool mayReplace)
    {
        if (!mayReplace && !folder.IsOurs && IsOccupied(folder.Path))
        {
            yield return BackupErrors.FolderOccupied(folder.Path, folder.Whose);
        }
        var existing = LocalAccess.NearestExisting(folder.Path);
        if (BlockingFile(folder.Path, existing) is { } file)
        {
            yield return BackupErrors.FolderUnwritable(folder.Path, folder.Whose, $"'{file}' is a file");
        }
        else if (!LocalAccess.CanWrite(existing))
        {
            yield return BackupErrors.FolderUnwritable(folder.Path, folder.Whose, $"nothing can be written to '{existing}'");
        }
    }

    private static string? BlockingFile(string path, string existing)
    {
        if (path.Length == existing.Length)
        {
            return null;
        }
        var next = Path.GetRelativePath(existing, path).Split(Path.DirectorySeparatorChar)[0];
        var below = Path.Join(existing, next);
        return File.Exists(below) ? below : null;
    }

    private static IEnumerable<BackupException> CheckSpace(IReadOnlyList<FolderToFill> folders)
    {
        foreach (var disk in folders.GroupBy(folder => DeviceOf(folder.Path)))
        {
            var place = LocalAccess.NearestExisting(disk.First().Path);
            var (needed, free) = (disk.Sum(folder => folder.Size), LocalAccess.FreeSpace(place));
            if (needed > free)
            {
                yield return BackupErrors.DiskTooSmall(place, needed, free);
            }
        }
    }

    private static ulong DeviceOf(string path)
    {
        using var folder = LocalFileSystem.Open(LocalAccess.NearestExisting(path));
        return folder.ReadFacts().Device;
    }
}
