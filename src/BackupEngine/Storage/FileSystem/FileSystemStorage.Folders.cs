using CloudBackup.FileTree;

namespace CloudBackup.Storage.FileSystem;

internal sealed partial class FileSystemStorage
{
    private DirectoryNode Root()
    {
        lock (_lock)
        {
            try
            {
                _root ??= LocalFileSystem.Open(root);
            }
            catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
            {
                throw new StorageException(
                    StorageErrorKind.NotFound,
                    "",
                    $"The folder '{root}' does not exist. If it is on a disk or share of its own, mount it; if it is new, create it.",
                    failure);
            }
            catch (FileTreeException failure)
            {
                throw FileSystemErrors.Translate(failure, "");
            }
            return _root;
        }
    }

    private StorageCapabilities ReadCapabilities()
    {
        try
        {
            var rules = Root().ReadNameRules();
            return new StorageCapabilities
            {
                LongestName = rules.LongestName,
                TakesAnyBytes = rules.TakesAnyBytes,
                ForbiddenCharacters = rules.ForbiddenCharacters,
                IsCaseInsensitive = rules.IsCaseInsensitive,
                IsReserved = PartialName.IsPartial,
            };
        }
        catch (Exception failure) when (failure is StorageException or FileTreeException)
        {
            return new StorageCapabilities(); // the first real call says what is wrong
        }
    }

    /// <summary>Opens a folder below the root; null when it is missing.</summary>
    private DirectoryNode? OpenFolder(string folder)
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

    /// <inheritdoc/>
    public Task<string?> FindObstacleAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(FileSystemErrors.Run(path, () => FindObstacle(StoragePath.Check(path).Split('/'))));
    }

    private string? FindObstacle(string[] parts)
    {
        var node = Root().AddReference();
        try
        {
            for (var i = 0; i < parts.Length; i++)
            {
                var kind = node.Stat(parts[i]).Kind;
                var isLast = i == parts.Length - 1;
                if (kind != EntryKind.Directory)
                {
                    return isLast && kind == EntryKind.File ? null : string.Join('/', parts[..(i + 1)]);
                }
                if (!isLast)
                {
                    using var parent = node;
                    node = parent.OpenDirectory(parts[i]);
                }
            }
            return null;
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return null;
        }
        finally
        {
            node.Dispose();
        }
    }

    /// <summary>Opens a folder below the root, and makes it when it is missing.</summary>
    /// <param name="folder">The folder; empty for the root itself.</param>
    /// <param name="isDurable">Whether a new folder's name must be on the disk when this returns.</param>
    private DirectoryNode OpenOrMakeFolder(string folder, bool isDurable)
    {
        if (OpenFolder(folder) is { } present)
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

    private DirectoryNode OpenOrMake(DirectoryNode parent, string name, bool isDurable)
    {
        var folder = parent.OpenOrMake(name, out var wasMissing, IsPrivate ? FolderForm.Private : FolderForm.OwnerOnly);
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

    private DirectoryNode? TryOpenFolder(string folder)
    {
        try
        {
            return OpenFolder(folder);
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.Misconfigured)
        {
            return null; // a file, or a link
        }
    }

    private void RemoveEmptyFolders(string folder)
    {
        for (; folder.Length > 0; folder = StoragePath.FolderOf(folder))
        {
            using var parent = TryOpenFolder(StoragePath.FolderOf(folder));
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
}
