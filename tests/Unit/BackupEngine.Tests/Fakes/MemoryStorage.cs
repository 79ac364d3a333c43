using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CloudBackup.Storage;

namespace CloudBackup.Tests.Fakes;

/// <summary>Objects in memory: a storage without a disk, for tests of what is built on storages.</summary>
internal sealed class MemoryStorage : IBackupStorage, IServerCopy, IBulkRemove
{
    private readonly ConcurrentDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);

    /// <summary>The objects, by path.</summary>
    public IReadOnlyDictionary<string, byte[]> Objects => _objects;

    public StorageCapabilities Capabilities { get; init; } = new();

    public T? As<T>()
        where T : class => this as T;

    public async IAsyncEnumerable<StoredObject> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        var start = folder.Length == 0 ? "" : folder + "/";
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, content) in _objects.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!path.StartsWith(start, StringComparison.Ordinal))
            {
                continue;
            }
            var slash = path.IndexOf('/', start.Length);
            if (recursive || slash < 0)
            {
                yield return new StoredObject(path, content.Length, null);
            }
            else if (folders.Add(path[..slash]))
            {
                yield return new StoredObject(path[..slash], 0, null, IsFolder: true);
            }
        }
    }

    public Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken) => Task.FromResult(
        _objects.TryGetValue(StoragePath.Check(path), out var content) ? new StoredObject(path, content.Length, null) : null);

    public Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_objects.TryGetValue(StoragePath.Check(path), out var content))
        {
            throw new StorageException(StorageErrorKind.NotFound, path, $"There is no '{path}'.");
        }
        if (offset > content.Length)
        {
            throw new StorageException(StorageErrorKind.InvalidRange, path, "The offset lies behind the end.");
        }
        var count = (int)Math.Min(content.Length - offset, length ?? long.MaxValue);
        return Task.FromResult<Stream>(new MemoryStream(content, (int)offset, count, writable: false));
    }

    public async Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken)
    {
        StoragePath.Check(path);
        using var bytes = new MemoryStream();
        await using var stream = content.Open();
        await stream.CopyToAsync(bytes, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (content.Length is { } expected && expected != bytes.Length)
        {
            throw new StorageException(StorageErrorKind.Corrupt, path, "The content has another length than it said.");
        }
        var added = mode != WriteMode.CreateNew;
        if (added)
        {
            _objects[path] = bytes.ToArray();
        }
        return added || _objects.TryAdd(path, bytes.ToArray())
            ? bytes.Length
            : throw new StorageException(StorageErrorKind.AlreadyExists, path, $"There is a '{path}' already.");
    }

    public Task RemoveAsync(string path, CancellationToken cancellationToken)
    {
        _objects.TryRemove(StoragePath.Check(path), out _);
        return Task.CompletedTask;
    }

    public Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _objects[StoragePath.Check(to)] = _objects.TryGetValue(StoragePath.Check(from), out var content)
            ? content
            : throw new StorageException(StorageErrorKind.NotFound, from, $"There is no '{from}'.");
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths.Select(StoragePath.Check).ToList())
        {
            await RemoveAsync(path, cancellationToken);
        }
        return [];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
