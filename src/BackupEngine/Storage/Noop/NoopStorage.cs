using System.Buffers;

namespace CloudBackup.Storage.Noop;

/// <summary>Reads what it is to store, and keeps nothing: for switching backups off, and for measuring everything but the storage.</summary>
internal sealed class NoopStorage : IBackupStorage
{
    /// <inheritdoc/>
    public StorageCapabilities Capabilities { get; } = new() { KeepsData = false };

    /// <inheritdoc/>
    public T? As<T>()
        where T : class => this as T;

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredObject> ListAsync(string folder, bool recursive, CancellationToken cancellationToken) =>
        AsyncEnumerable.Empty<StoredObject>();

    /// <inheritdoc/>
    public Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken) => Task.FromResult<StoredObject?>(null);

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken) =>
        throw new StorageException(StorageErrorKind.NotFound, path, $"There is no '{path}': the provider noop keeps nothing.");

    /// <inheritdoc/>
    public async Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1024 * 1024);
        try
        {
            var stream = content.Open();
            await using var _ = stream.ConfigureAwait(false);
            long size = 0;
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                size += count;
            }
            return size;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string path, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
