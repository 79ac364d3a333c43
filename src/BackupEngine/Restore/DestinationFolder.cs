using CloudBackup.FileTree;

namespace CloudBackup.Restore;

/// <summary>
/// A destination that becomes visible when it is complete. A new one is unpacked beside its place and renamed; an empty folder that exists
/// (it may be a mount point) keeps its identity, and what was unpacked inside it moves up.
/// </summary>
internal sealed class DestinationFolder : IDisposable
{
    private readonly string _path;
    private readonly bool _isNew;
    private bool _isPublished;

    private DestinationFolder(string path, bool isNew)
    {
        _path = path;
        _isNew = isNew;
    }

    /// <summary>The empty folder to unpack into.</summary>
    public string UnpackPath => _isNew
        ? Path.Join(Path.GetDirectoryName(_path), $"{DataSwap.StagingName}-{Path.GetFileName(_path)}")
        : Path.Join(_path, DataSwap.StagingName);

    /// <summary>Checks the destination and makes the folder to unpack into.</summary>
    /// <exception cref="BackupException">The destination is not empty, or cannot be written to.</exception>
    public static DestinationFolder Prepare(string path)
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
            var folder = new DestinationFolder(path, isNew);
            folder.RemoveStaging();
            if (!isNew && Directory.EnumerateFileSystemEntries(path).Any())
            {
                throw BackupErrors.DestinationNotEmpty(path);
            }
            using var parent = LocalFileSystem.Open(Path.GetDirectoryName(folder.UnpackPath)!);
            parent.MakeDirectory(Path.GetFileName(folder.UnpackPath));
            return folder;
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

    /// <summary>Removes what was unpacked, unless it was published.</summary>
    public void Dispose()
    {
        if (_isPublished)
        {
            return;
        }
        try
        {
            RemoveStaging();
        }
        catch (FileTreeException)
        {
            // The failure that ended the restore is the one to tell; the next restore to this destination removes what is left.
        }
    }

    private void RemoveStaging()
    {
        using var parent = LocalFileSystem.Open(Path.GetDirectoryName(UnpackPath)!);
        TreeRemoval.Remove(parent, Path.GetFileName(UnpackPath));
    }
}
