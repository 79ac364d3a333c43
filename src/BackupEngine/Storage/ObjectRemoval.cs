using System.Collections.Concurrent;

namespace CloudBackup.Storage;

/// <summary>Removes many objects in the cheapest way that a storage offers: in bulk, else several at a time. The storage paces both.</summary>
internal static class ObjectRemoval
{
    private const int ChunkLength = 10_000;

    /// <summary>So many listings must show nothing, one after the other.</summary>
    private const int EmptyListings = 2;

    /// <summary>
    /// Removes objects while they are listed. A missing object is no error; one that cannot be removed does not keep the others from it.
    /// </summary>
    /// <returns>The objects that are still there, each with its reason.</returns>
    /// <exception cref="StorageException">The storage failed as a whole, or the listing did.</exception>
    public static async Task<IReadOnlyCollection<RemoveFailure>> RemoveAllAsync(
        IBackupStorage storage, IAsyncEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var failures = new ConcurrentBag<RemoveFailure>();
        if (storage.As<IBulkRemove>() is { } bulk)
        {
            await foreach (var chunk in paths.Chunk(ChunkLength).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                foreach (var failure in await bulk.RemoveAllAsync(chunk, cancellationToken).ConfigureAwait(false))
                {
                    failures.Add(failure);
                }
            }
            return failures;
        }
        var options = new ParallelOptions { MaxDegreeOfParallelism = storage.Capabilities.UploadConcurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(paths, options, async (path, token) =>
        {
            try
            {
                await storage.RemoveAsync(path, token).ConfigureAwait(false);
            }
            catch (StorageException failure)
            {
                failures.Add(new RemoveFailure(path, failure));
            }
        }).ConfigureAwait(false);
        return failures;
    }

    /// <summary>
    /// Removes what a listing still shows after a removal, until none shows anything: one that is cut shows only some of the objects, and calls
    /// itself whole. An object that is shown although it is gone, asked for by name, does not count.
    /// </summary>
    /// <returns>The objects that are still there, each with its reason; empty when all are gone.</returns>
    /// <exception cref="StorageException">The storage failed as a whole, or the listing did.</exception>
    public static async Task<IReadOnlyCollection<RemoveFailure>> RemoveRestAsync(
        IBackupStorage storage, Func<IAsyncEnumerable<string>> list, CancellationToken cancellationToken)
    {
        var last = new HashSet<string>(StringComparer.Ordinal);
        for (var empty = 0; empty < EmptyListings;)
        {
            var shown = await list().Take(ChunkLength).ToListAsync(cancellationToken).ConfigureAwait(false);
            empty = shown.Count == 0 ? empty + 1 : 0;
            if (shown.Count > 0 && shown.TrueForAll(last.Contains))
            {
                var left = await FindAsync(storage, shown, cancellationToken).ConfigureAwait(false);
                return left is null ? [] : [new RemoveFailure(left, StillThere(left))];
            }
            var failures = await RemoveAllAsync(storage, shown.ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false);
            if (failures.Count > 0)
            {
                return failures;
            }
            last = [.. shown];
        }
        return [];
    }

    /// <summary>The failure of a removal that the storage has confirmed, and not done.</summary>
    public static StorageException StillThere(string path) =>
        new(StorageErrorKind.Other, path, $"The storage confirmed that it removed '{path}', but it still has it.");

    private static async Task<string?> FindAsync(IBackupStorage storage, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            if (await storage.FindAsync(path, cancellationToken).ConfigureAwait(false) is not null)
            {
                return path;
            }
        }
        return null;
    }

    /// <summary>Removes objects that must all go. What can be removed is, even when something cannot.</summary>
    /// <exception cref="StorageException">Something is still there: why one of them is. Or the storage, or the listing, failed as a whole.</exception>
    public static async Task RemoveEveryAsync(IBackupStorage storage, IAsyncEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var failures = await RemoveAllAsync(storage, paths, cancellationToken).ConfigureAwait(false);
        if (failures.FirstOrDefault() is { } failure)
        {
            throw failure.Reason;
        }
    }
}
