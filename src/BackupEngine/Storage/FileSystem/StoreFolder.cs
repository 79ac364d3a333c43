using CloudBackup.FileTree;

namespace CloudBackup.Storage.FileSystem;

/// <summary>
/// The folder that objects are files in, and the folders below it. It is opened once and never made: a disk that is not mounted must not be taken for
/// an empty one.
/// </summary>
/// <param name="path">The folder.</param>
/// <param name="isPrivate">
/// Whether what is made is for its owner only. Otherwise it inherits access control lists from the folders around it: at a site, they are the
/// administrator's way to say who else reads the backups.
/// </param>
internal sealed class StoreFolder(string path, bool isPrivate) : IDisposable
{
    private readonly Lock _lock = new();
    private DirectoryNode? _root;

    /// <summary>Whether what is made is for its owner only.</summary>
    public bool IsPrivate => isPrivate;

    /// <summary>The folder itself. It stays this object's.</summary>
    public DirectoryNode Root()
    {
        lock (_lock)
        {
            try
            {
                _root ??= LocalFileSystem.Open(path);
            }
            catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
            {
                throw new StorageException(
                    StorageErrorKind.NotFound,
                    "",
                    $"The folder '{path}' does not exist. If it is on a disk or share of its own, mount it; if it is new, create it.",
                    failure);
            }
            catch (FileTreeException failure)
            {
                throw FileSystemErrors.Translate(failure, "");
            }
            return _root;
        }
    }

    /// <summary>Bytes that can still be stored.</summary>
    public long ReadFreeSpace()
    {
        _ = Root();
        return new DriveInfo(path).AvailableFreeSpace;
    }

    /// <summary>Opens a folder below the root; null when it is missing.</summary>
    public DirectoryNode? Find(string folder)
    {
        try
        {
            return folder.Length == 0 ? Root().AddReference() : Root().OpenBelow(StoragePath.Check(folder));
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return null;
        }
        catch (FileTreeException failure) when (folder.Length > 0 && failure.Kind is FileTreeErrorKind.WrongKind or FileTreeErrorKind.IsLink)
        {
            return null; // it is an obstacle (IObstacles): no object is below it, and it must not stop what is done with all others
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, folder);
        }
    }

    /// <summary>The same where a file, or a link, on the way is no failure either.</summary>
    public DirectoryNode? TryFind(string folder)
    {
        try
        {
            return Find(folder);
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.Misconfigured)
        {
            return null;
        }
    }

    /// <summary>Opens a folder below the root, and makes it when it is missing.</summary>
    /// <param name="folder">The folder; empty for the root itself.</param>
    /// <param name="isDurable">Whether a new folder's name must be on the disk when this returns.</param>
    public DirectoryNode OpenOrMake(string folder, bool isDurable)
    {
        if (Find(folder) is { } present)
        {
            return present;
        }
        var node = Root().AddReference();
        try
        {
            foreach (var name in folder.Split('/'))
            {
                using var parent = node;
                node = OpenOrMake(parent, name, isDurable);
            }
            return node;
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, folder);
        }
    }

    /// <summary>Removes a folder and those above it, as far as they are empty.</summary>
    public void RemoveEmpty(string folder)
    {
        for (; folder.Length > 0; folder = StoragePath.FolderOf(folder))
        {
            using var parent = TryFind(StoragePath.FolderOf(folder));
            try
            {
                parent?.RemoveDirectory(StoragePath.NameOf(folder));
            }
            catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
            {
                continue;
            }
            catch (FileTreeException)
            {
                return; // not empty, or not ours to remove
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _root?.Dispose();
            _root = null;
        }
    }

    private DirectoryNode OpenOrMake(DirectoryNode parent, string name, bool isDurable)
    {
        var folder = parent.OpenOrMake(name, out var wasMissing, isPrivate ? FolderForm.Private : FolderForm.OwnerOnly);
        try
        {
            if (wasMissing && isDurable)
            {
                parent.Flush(); // also when another process made it: its name may not be on the disk yet
            }
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }
}
