using CloudBackup.FileTree;

namespace CloudBackup.Restore;

/// <summary>
/// A destination that becomes visible when it is complete. A new one is unpacked beside its place and renamed; an empty folder that exists
/// (it may be a mount point) keeps its identity, and what was unpacked inside it moves up.
/// </summary>
internal sealed class DestinationFolder : IDisposable
{
    private const string MarkName = ".cloudbackup-unfinished";

    private readonly string _path;
    private readonly bool _isNew;
    private bool _isPublished;
    private bool _isKept;

    private DestinationFolder(string path, bool isNew, string unpackPath, UnfinishedMark mark)
    {
        _path = path;
        _isNew = isNew;
        UnpackPath = unpackPath;
        Mark = mark;
    }

    /// <summary>The folder to unpack into: empty, or as an interrupted restore of the same backup has left it.</summary>
    public string UnpackPath { get; }

    /// <summary>Stands in the folder to unpack into as long as not all is there.</summary>
    public UnfinishedMark Mark { get; }

    /// <summary>Checks the destination and makes the folder to unpack into.</summary>
    /// <param name="path">The destination.</param>
    /// <param name="key">Tells the backup from all others: what was left of this one is used.</param>
    /// <exception cref="BackupException">The destination is not empty, or cannot be written to.</exception>
    public static DestinationFolder Prepare(string path, string key)
    {
        try
        {
            var isNew = !Directory.Exists(path);
            if (isNew && File.Exists(path))
            {
                throw BackupErrors.DestinationNotEmpty(path);
            }
            if (isNew)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path) ?? path);
            }
            var unpackPath = isNew ? DataSwap.StagingBeside(path) : Path.Join(path, DataSwap.StagingName);
            var mark = UnfinishedMark.Find(unpackPath, MarkName, key);
            if (mark is null)
            {
                RemoveStaging(unpackPath);
            }
            if (!isNew && Directory.EnumerateFileSystemEntries(path).Any(entry => entry != unpackPath))
            {
                throw BackupErrors.DestinationNotEmpty(path);
            }
            if (mark is null)
            {
                using var parent = LocalFileSystem.Open(Path.GetDirectoryName(unpackPath)!);
                parent.MakeDirectory(Path.GetFileName(unpackPath));
                mark = UnfinishedMark.Set(unpackPath, MarkName, key);
            }
            return new DestinationFolder(path, isNew, unpackPath, mark);
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DestinationUnusable(path, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw BackupErrors.DestinationUnusable(path, FileTreeException.From("create", path, failure));
        }
    }

    /// <summary>What is there stays when this is disposed, for the next restore of the same backup.</summary>
    public void KeepForNextTime() => _isKept = true;

    /// <summary>What was unpacked becomes the destination.</summary>
    public void Publish()
    {
        try
        {
            using var unpackParent = LocalFileSystem.Open(Path.GetDirectoryName(UnpackPath)!);
            if (_isNew)
            {
                unpackParent.MoveToFree(Path.GetFileName(UnpackPath), unpackParent, Path.GetFileName(_path));
            }
            else
            {
                using var unpacked = LocalFileSystem.Open(UnpackPath);
                foreach (var name in unpacked.ReadNames(CancellationToken.None))
                {
                    unpacked.MoveToFree(name, unpackParent, name);
                }
                unpackParent.RemoveDirectory(DataSwap.StagingName);
            }
            unpackParent.Flush();
            _isPublished = true;
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DestinationUnusable(_path, failure);
        }
    }

    /// <summary>Removes what was unpacked, unless it was published or is kept for the next restore.</summary>
    public void Dispose()
    {
        if (_isPublished || (_isKept && UnfinishedMark.Find(UnpackPath, MarkName, key: null) is not null))
        {
            return;
        }
        try
        {
            RemoveStaging(UnpackPath);
        }
        catch (FileTreeException)
        {
            // The failure that ended the restore is the one to tell; the next restore to this destination removes what is left.
        }
    }

    private static void RemoveStaging(string unpackPath)
    {
        using var parent = LocalFileSystem.Open(Path.GetDirectoryName(unpackPath)!);
        TreeRemoval.Remove(parent, Path.GetFileName(unpackPath));
    }
}
