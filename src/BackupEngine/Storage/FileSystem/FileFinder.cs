using CloudBackup.FileTree;

namespace CloudBackup.Storage.FileSystem;

/// <summary>Finds, lists and opens objects, and what hides them.</summary>
internal sealed class FileFinder(StoreFolder store)
{
    /// <summary>One object; null when it is not there.</summary>
    public StoredObject? Find(string path)
    {
        using var folder = store.Find(StoragePath.FolderOf(StoragePath.Check(path)));
        return folder is not null && FolderView.Look(folder, StoragePath.NameOf(path), path) is { IsFolder: false } found ? found : null;
    }

    /// <summary>Opens an object from an offset on.</summary>
    public LocalFileStream Open(string path, long offset, long? length)
    {
        using var folder = store.Find(StoragePath.FolderOf(StoragePath.Check(path))) ?? throw StorageException.Missing(path);
        var file = FileSystemErrors.Run(path, () => folder.OpenFile(StoragePath.NameOf(path)));
        var rest = file.Facts.Size - offset;
        if (rest < 0)
        {
            file.Dispose();
            throw new StorageException(StorageErrorKind.InvalidRange, path, $"'{path}' has only {file.Facts.Size} bytes.");
        }
        return new LocalFileStream(file, path, offset, Math.Min(rest, length ?? rest));
    }

    /// <summary>The objects of a folder, and its folders or all that is below them.</summary>
    public IEnumerable<StoredObject> List(string folder, bool recursive, CancellationToken cancellationToken)
    {
        if (store.Find(folder) is not { } start)
        {
            yield break;
        }
        var frames = new Stack<(DirectoryNode Node, string Path, IEnumerator<string> Names)>();
        try
        {
            frames.Push((start, folder, ReadNames(start, folder, cancellationToken)));
            while (frames.TryPeek(out var frame))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!frame.Names.MoveNext())
                {
                    frames.Pop().Node.Dispose();
                    continue;
                }
                var path = StoragePath.Join(frame.Path, frame.Names.Current);
                var found = FolderView.Look(frame.Node, frame.Names.Current, path);
                if (found is { IsFolder: true } && recursive)
                {
                    if (FolderView.TryEnter(frame.Node, frame.Names.Current, path) is { } inside)
                    {
                        frames.Push((inside, path, ReadNames(inside, path, cancellationToken)));
                    }
                }
                else if (found is not null)
                {
                    yield return found;
                }
            }
        }
        finally
        {
            foreach (var frame in frames)
            {
                frame.Node.Dispose();
            }
        }
    }

    /// <summary>What hides an object, as <see cref="IObstacles.FindObstacleAsync"/> says.</summary>
    public string? FindObstacle(string path) => FileSystemErrors.Run(path, () => FindObstacle(StoragePath.Check(path).Split('/')));

    private string? FindObstacle(string[] parts)
    {
        var node = store.Root().AddReference();
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

    private static IEnumerator<string> ReadNames(DirectoryNode node, string path, CancellationToken cancellationToken) =>
        FolderView.ReadNames(node, path, cancellationToken).Where(name => !PartialName.IsPartial(name)).GetEnumerator();
}
