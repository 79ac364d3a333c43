using CloudBackup.FileTree;

namespace CloudBackup.Storage.FileSystem;

/// <summary>Removes objects, what killed writers left of them, and the folders that are empty then.</summary>
internal sealed class FileRemover(StoreFolder store, DeferredFlush deferred)
{
    /// <summary>From so many folders on, one flush of the file system costs less than one of each folder.</summary>
    private const int FewFolders = 8;

    /// <summary>Removes one object.</summary>
    public void Remove(string path)
    {
        using (var folder = store.Find(StoragePath.FolderOf(StoragePath.Check(path))))
        {
            if (folder is not null)
            {
                RemoveExisting(folder, StoragePath.NameOf(path), path);
            }
        }
        store.RemoveEmpty(StoragePath.FolderOf(path));
    }

    /// <summary>Removes objects, as <see cref="IBulkRemove.RemoveAllAsync"/> says.</summary>
    public async Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var failures = new List<RemoveFailure>();
        var groups = paths.ToLookup(path => StoragePath.FolderOf(StoragePath.Check(path)), StringComparer.Ordinal);
        foreach (var group in groups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RemoveIn(group.Key, group, groups.Count <= FewFolders, failures);
        }
        if (groups.Count > FewFolders)
        {
            await deferred.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        return failures;
    }

    /// <summary>Removes what killed writers left, as <see cref="ISweepPartials.SweepPartialsAsync"/> says.</summary>
    public int Sweep(string path, CancellationToken cancellationToken)
    {
        var name = StoragePath.NameOf(StoragePath.Check(path));
        var count = 0;
        using (var folder = store.Find(StoragePath.FolderOf(path)))
        {
            count += folder is null ? 0 : Sweep(folder, path, file => PartialName.IsPartialOf(file, name), cancellationToken);
        }
        using (var below = store.TryFind(path))
        {
            count += below is null ? 0 : SweepTree(below, path, cancellationToken);
        }
        store.RemoveEmpty(StoragePath.FolderOf(path));
        return count;
    }

    private void RemoveIn(string folder, IEnumerable<string> paths, bool isDurable, List<RemoveFailure> failures)
    {
        using (var node = store.Find(folder))
        {
            if (node is null)
            {
                return;
            }
            deferred.Note(node);
            foreach (var path in paths)
            {
                try
                {
                    RemoveIfThere(node, StoragePath.NameOf(path), path);
                }
                catch (StorageException failure)
                {
                    failures.Add(new RemoveFailure(path, failure));
                }
            }
            if (isDurable)
            {
                Flush(node, folder);
            }
        }
        store.RemoveEmpty(folder);
    }

    private static void Flush(DirectoryNode folder, string path) => FileSystemErrors.Run(path, () =>
    {
        folder.Flush();
        return true;
    });

    private static void RemoveExisting(DirectoryNode folder, string name, string path)
    {
        if (RemoveIfThere(folder, name, path))
        {
            Flush(folder, path);
        }
    }

    private static bool RemoveIfThere(DirectoryNode folder, string name, string path)
    {
        try
        {
            folder.RemoveFile(name);
            return true;
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return false; // gone is what was wanted
        }
        catch (FileTreeException) when (FolderView.Look(folder, name, path) is { IsFolder: true })
        {
            return false; // a folder is not an object
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, path);
        }
    }

    private static int Sweep(DirectoryNode folder, string path, Func<string, bool> isLeftOver, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var name in FolderView.ReadNames(folder, path, cancellationToken).Where(isLeftOver))
        {
            RemoveExisting(folder, name, path);
            count++;
        }
        return count;
    }

    private static int SweepTree(DirectoryNode folder, string path, CancellationToken cancellationToken)
    {
        var count = Sweep(folder, path, PartialName.IsPartial, cancellationToken);
        foreach (var name in FolderView.ReadNames(folder, path, cancellationToken))
        {
            if (FolderView.Look(folder, name, path) is { IsFolder: true } && FolderView.TryEnter(folder, name, path) is { } inside)
            {
                using (inside)
                {
                    count += SweepTree(inside, StoragePath.Join(path, name), cancellationToken);
                }
            }
        }
        return count;
    }
}
