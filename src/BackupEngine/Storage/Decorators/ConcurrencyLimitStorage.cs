using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.Decorators;

/// <summary>
/// Bounds how many uploads, downloads and copies are under way, and adapts to a storage that throttles. A place is held for a whole object:
/// what is urgent takes none.
/// </summary>
internal sealed class ConcurrencyLimitStorage(
    IBackupStorage inner, AdaptiveLimiter uploads, AdaptiveLimiter downloads, AdaptiveLimiter copies)
    : StorageDecorator(inner)
{
    /// <inheritdoc/>
    public override Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken) =>
        downloads.RunAsync(() => Inner.FindAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken) =>
        downloads.RunAsync(() => Inner.OpenReadAsync(path, offset, length, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken) => content.IsUrgent
        ? Inner.WriteAsync(path, content, mode, cancellationToken)
        : uploads.RunAsync(() => Inner.WriteAsync(path, content, mode, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task RemoveAsync(string path, CancellationToken cancellationToken) =>
        uploads.RunAsync(() => Inner.RemoveAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        uploads.RunAsync(() => Ability<IBulkRemove>().RemoveAllAsync(paths, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task CopyAsync(string from, string to, CancellationToken cancellationToken) =>
        copies.RunAsync(() => Ability<IServerCopy>().CopyAsync(from, to, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<string>> CopyFolderAsync(
        string from, string to, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        copies.RunAsync(() => Ability<IFolderCopy>().CopyFolderAsync(from, to, names, cancellationToken), cancellationToken);
}
