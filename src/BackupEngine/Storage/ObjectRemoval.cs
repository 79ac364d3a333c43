using System.Collections.Concurrent;

namespace CloudBackup.Storage;

/// <summary>Removes many objects in the cheapest way that a storage offers: in bulk, else several at a time. The storage paces both.</summary>
internal static class ObjectRemoval
{
    private const int ChunkLength = 10_000;

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
