using System.Runtime.CompilerServices;
using CloudBackup.Infrastructure;

namespace CloudBackup.Storage.FileSystem;

/// <summary>Objects as files below a folder of a disk or mounted share. Each thing that can be done with them is a class of its own.</summary>
internal sealed class FileSystemStorage
    : IBackupStorage, IFreeSpace, ISweepPartials, IServerCopy, IBulkRemove, IFolderCopy, IDeferredFlush, INameTrial, ILinkTrial, IObstacles
{
    private readonly bool _hasHardLinks;
    private readonly StoreFolder _folder;
    private readonly DeferredFlush _deferred;
    private readonly PlaceNames _names;
    private readonly FileFinder _finder;
    private readonly FileWriter _writer;
    private readonly FileCopier _copier;
    private readonly FileRemover _remover;

    /// <summary>Creates the storage; nothing is opened yet.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="random">Makes the names of temporary files.</param>
    /// <param name="hasHardLinks">False where objects may not share their bytes with others.</param>
    /// <param name="isPrivate">Whether what is made is for its owner only, whatever the folders around it say.</param>
    public FileSystemStorage(string root, IRandomSource random, bool hasHardLinks = true, bool isPrivate = false)
    {
        _hasHardLinks = hasHardLinks;
        _folder = new StoreFolder(root, isPrivate);
        _deferred = new DeferredFlush(_folder);
        _names = new PlaceNames(_folder, random);
        var placement = new FilePlacement(_folder, _deferred);
        _finder = new FileFinder(_folder);
        _writer = new FileWriter(placement, random);
        _copier = new FileCopier(_folder, placement, _deferred, random, hasHardLinks);
        _remover = new FileRemover(_folder, _deferred);
    }

    /// <inheritdoc/>
    public StorageCapabilities Capabilities => field ??= _names.Read();

    /// <summary>Settings as they are kept: the path without its detours.</summary>
    /// <exception cref="BackupException">The path is not absolute.</exception>
    public static FileSystemSettings Normalize(FileSystemSettings settings) => Path.IsPathFullyQualified(settings.Path)
        ? settings with { Path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings.Path)) }
        : throw BackupErrors.NameInvalid("path of a site", settings.Path, "it must be absolute");

    /// <inheritdoc/>
    public T? As<T>()
        where T : class => typeof(T) == typeof(ILinkTrial) && !_hasHardLinks ? null : this as T;

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var found in ReadAhead.Of(_finder.List(folder, recursive, cancellationToken)))
        {
            yield return found;
        }
    }

    /// <inheritdoc/>
    public Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_finder.Find(path));
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<Stream>(_finder.Open(path, offset, length));
    }

    /// <inheritdoc/>
    public Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken) =>
        _writer.WriteAsync(path, content, mode, cancellationToken);

    /// <inheritdoc/>
    public Task RemoveAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _remover.Remove(path);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        _remover.RemoveAllAsync(paths, cancellationToken);

    /// <inheritdoc/>
    public Task<int> SweepPartialsAsync(string path, CancellationToken cancellationToken) =>
        Task.FromResult(_remover.Sweep(path, cancellationToken));

    /// <inheritdoc/>
    public Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _copier.Copy(from, to);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> CopyFolderAsync(
        string from, string to, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        Task.FromResult(_copier.CopyFolder(from, to, names, cancellationToken));

    /// <inheritdoc/>
    public Task TryLinkAsync(string path, string link, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _copier.TryLink(path, link);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task FlushAsync(CancellationToken cancellationToken) => _deferred.RunAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<long> GetFreeSpaceAsync(CancellationToken cancellationToken) => Task.Run(_folder.ReadFreeSpace, cancellationToken);

    /// <inheritdoc/>
    public StorageCapabilities TryNames(StorageCapabilities declared) => _names.Try(declared);

    /// <inheritdoc/>
    public Task<string?> FindObstacleAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_finder.FindObstacle(path));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        _deferred.Dispose();
        return ValueTask.CompletedTask;
    }
}
