namespace CloudBackup.Storage.Decorators;

/// <summary>
/// Passes everything on to the storage inside, optional abilities too; a decorator overrides what it changes. It has an ability exactly
/// when the storage inside has it.
/// </summary>
internal abstract class StorageDecorator(IBackupStorage inner)
    : IBackupStorage, IFreeSpace, ISweepPartials, IServerCopy, IBulkRemove, IFolderCopy, IDeferredFlush, IPartialUploads, IStorageWarnings, INameTrial,
        ILinkTrial, IObstacles
{
    /// <inheritdoc/>
    public virtual StorageCapabilities Capabilities => Inner.Capabilities;

    /// <summary>The storage inside.</summary>
    public IBackupStorage Inner { get; } = inner;

    /// <inheritdoc/>
    public T? As<T>()
        where T : class => Inner.As<T>() is null ? null : this as T;

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<StoredObject> ListAsync(string folder, bool recursive, CancellationToken cancellationToken) =>
        Inner.ListAsync(folder, recursive, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken) => Inner.FindAsync(path, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken) =>
        Inner.OpenReadAsync(path, offset, length, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken) =>
        Inner.WriteAsync(path, content, mode, cancellationToken);

    /// <inheritdoc/>
    public virtual Task RemoveAsync(string path, CancellationToken cancellationToken) => Inner.RemoveAsync(path, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<long> GetFreeSpaceAsync(CancellationToken cancellationToken) =>
        Ability<IFreeSpace>().GetFreeSpaceAsync(cancellationToken);

    /// <inheritdoc/>
    public virtual Task<int> SweepPartialsAsync(string path, CancellationToken cancellationToken) =>
        Ability<ISweepPartials>().SweepPartialsAsync(path, cancellationToken);

    /// <inheritdoc/>
    public virtual Task CopyAsync(string from, string to, CancellationToken cancellationToken) =>
        Ability<IServerCopy>().CopyAsync(from, to, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        Ability<IBulkRemove>().RemoveAllAsync(paths, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<string>> CopyFolderAsync(
        string from, string to, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        Ability<IFolderCopy>().CopyFolderAsync(from, to, names, cancellationToken);

    /// <inheritdoc/>
    public virtual Task FlushAsync(CancellationToken cancellationToken) => Ability<IDeferredFlush>().FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<PartialUpload> ListPartialsAsync(string folder, CancellationToken cancellationToken) =>
        Ability<IPartialUploads>().ListPartialsAsync(folder, cancellationToken);

    /// <inheritdoc/>
    public virtual Task RemovePartialAsync(PartialUpload upload, CancellationToken cancellationToken) =>
        Ability<IPartialUploads>().RemovePartialAsync(upload, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<string>> GetWarningsAsync(string folder, CancellationToken cancellationToken) =>
        Ability<IStorageWarnings>().GetWarningsAsync(folder, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<string?> FindObstacleAsync(string path, CancellationToken cancellationToken) =>
        Ability<IObstacles>().FindObstacleAsync(path, cancellationToken);

    /// <inheritdoc/>
    public virtual StorageCapabilities TryNames(StorageCapabilities declared) => Ability<INameTrial>().TryNames(declared);

    /// <inheritdoc/>
    public virtual Task TryLinkAsync(string path, string link, CancellationToken cancellationToken) =>
        Ability<ILinkTrial>().TryLinkAsync(path, link, cancellationToken);

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await Inner.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>The ability of the storage inside; asking for one that <see cref="As{T}"/> denied is a programming error.</summary>
    protected T Ability<T>()
        where T : class => Inner.As<T>() ?? throw new NotSupportedException($"The storage does not have the ability {typeof(T).Name}.");
}
