namespace CloudBackup.Storage.Decorators;

/// <summary>Bounds how many uploads and downloads are under way, and adapts to a storage that throttles.</summary>
internal sealed class ConcurrencyLimitStorage(IBackupStorage inner, AdaptiveLimiter uploads, AdaptiveLimiter downloads)
    : StorageDecorator(inner)
{
    /// <inheritdoc/>
    public override Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken) =>
        downloads.RunAsync(() => Inner.FindAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken) =>
        downloads.RunAsync(() => Inner.OpenReadAsync(path, offset, length, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken) =>
        uploads.RunAsync(() => Inner.WriteAsync(path, content, mode, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task RemoveAsync(string path, CancellationToken cancellationToken) =>
        uploads.RunAsync(
            async () =>
            {
                await Inner.RemoveAsync(path, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
}
