using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;

namespace CloudBackup.Storage.FileSystem;

/// <summary>
/// Objects as files below a folder of a disk or mounted share. A write goes to a temporary file beside its place, is flushed to the disk,
/// renamed, and the folder is flushed: after a power cut there is the whole object or none. The folder itself is never created: a disk
/// that is not mounted must not be taken for an empty one.
/// </summary>
/// <param name="root">The folder.</param>
/// <param name="random">Makes the names of temporary files.</param>
/// <param name="hasHardLinks">False where objects may not share their bytes with others.</param>
internal sealed partial class FileSystemStorage(string root, IRandomSource random, bool hasHardLinks = true)
    : IBackupStorage, IFreeSpace, ISweepPartials, IServerCopy, IBulkRemove, IFolderCopy, IDeferredFlush, INameTrial, ILinkTrial, IObstacles
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<ulong, DirectoryNode> _written = [];
    private DirectoryNode? _root;

    /// <summary>
    /// Whether what is made is for its owner only. Otherwise it inherits access control lists from the folders around it: at a site, they are the
    /// administrator's way to say who else reads the backups.
    /// </summary>
    public bool IsPrivate { get; init; }

    /// <inheritdoc/>
    public StorageCapabilities Capabilities => field ??= ReadCapabilities();

    /// <summary>Settings as they are kept: the path without its detours.</summary>
    /// <exception cref="BackupException">The path is not absolute.</exception>
    public static FileSystemSettings Normalize(FileSystemSettings settings) => Path.IsPathFullyQualified(settings.Path)
        ? settings with { Path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings.Path)) }
        : throw BackupErrors.NameInvalid("path of a site", settings.Path, "it must be absolute");

    /// <inheritdoc/>
    public T? As<T>()
        where T : class => typeof(T) == typeof(ILinkTrial) && !hasHardLinks ? null : this as T;

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var found in ReadAhead.Of(List(folder, recursive, cancellationToken)))
        {
            yield return found;
        }
    }

    /// <inheritdoc/>
    public Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var folder = OpenFolder(StoragePath.FolderOf(StoragePath.Check(path)));
        return Task.FromResult(folder is not null && Look(folder, StoragePath.NameOf(path), path) is { IsFolder: false } found ? found : null);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var folder = OpenFolder(StoragePath.FolderOf(StoragePath.Check(path))) ?? throw Missing(path);
        var file = FileSystemErrors.Run(path, () => folder.OpenFile(StoragePath.NameOf(path)));
        var rest = file.Facts.Size - offset;
        if (rest < 0)
        {
            file.Dispose();
            throw new StorageException(StorageErrorKind.InvalidRange, path, $"'{path}' has only {file.Facts.Size} bytes.");
        }
        return Task.FromResult<Stream>(new LocalFileStream(file, path, offset, Math.Min(rest, length ?? rest)));
    }

    /// <inheritdoc/>
    public Task<long> GetFreeSpaceAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            _ = Root();
            return new DriveInfo(root).AvailableFreeSpace;
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _root?.Dispose();
            _root = null;
            foreach (var folder in _written.Values)
            {
                folder.Dispose();
            }
            _written.Clear();
        }
        return ValueTask.CompletedTask;
    }

    private IEnumerable<StoredObject> List(string folder, bool recursive, CancellationToken cancellationToken)
    {
        if (OpenFolder(folder) is not { } start)
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
                var found = Look(frame.Node, frame.Names.Current, path);
                if (found is { IsFolder: true } && recursive)
                {
                    if (TryEnter(frame.Node, frame.Names.Current, path) is { } inside)
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

    private static StoredObject? Look(DirectoryNode folder, string name, string path)
    {
        try
        {
            var facts = folder.Stat(name);
            return facts.Kind switch
            {
                EntryKind.File => new StoredObject(path, facts.Size, facts.Modified.ToDateTimeOffset()),
                EntryKind.Directory => new StoredObject(path, 0, facts.Modified.ToDateTimeOffset(), IsFolder: true),
                _ => null, // none of ours
            };
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return null;
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, path);
        }
    }

    private static IEnumerator<string> ReadNames(DirectoryNode node, string path, CancellationToken cancellationToken) =>
        NamesIn(node, path, cancellationToken).Where(name => !PartialName.IsPartial(name)).GetEnumerator();

    /// <summary>The names in a folder that was opened; none when another run has removed it since, unless it is the place itself.</summary>
    private static IReadOnlyList<string> NamesIn(DirectoryNode node, string path, CancellationToken cancellationToken)
    {
        try
        {
            return node.ReadNames(cancellationToken);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound && path.Length > 0)
        {
            return [];
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, path);
        }
    }

    private static DirectoryNode? TryEnter(DirectoryNode node, string name, string path)
    {
        try
        {
            return node.OpenDirectory(name);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return null;
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, path);
        }
    }

    private static StorageException Missing(string path) => new(StorageErrorKind.NotFound, path, $"There is no '{path}'.");
}
