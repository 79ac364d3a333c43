using CloudBackup.Storage;

namespace CloudBackup.Tests.Fakes;

/// <summary>A storage that can do nothing but what every storage must.</summary>
internal sealed class PlainStorage(IBackupStorage inner) : IBackupStorage
{
    public StorageCapabilities Capabilities => inner.Capabilities;

    public T? As<T>()
        where T : class => null;

    public IAsyncEnumerable<StoredObject> ListAsync(string folder, bool recursive, CancellationToken cancellationToken) =>
        inner.ListAsync(folder, recursive, cancellationToken);

    public Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken) => inner.FindAsync(path, cancellationToken);

    public Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken) =>
        inner.OpenReadAsync(path, offset, length, cancellationToken);

    public Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken) =>
        inner.WriteAsync(path, content, mode, cancellationToken);

    public Task RemoveAsync(string path, CancellationToken cancellationToken) => inner.RemoveAsync(path, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
