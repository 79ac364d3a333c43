using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime.InteropServices;

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
        var last = (Count: 0L, Sum: 0UL);
        for (var empty = 0; empty < EmptyListings;)
        {
            // What a listing shows is compared by number and sum of hashes: it can be longer than memory.
            var shown = (Count: 0L, Sum: 0UL);
            var paths = list().Select(path =>
            {
                shown = (shown.Count + 1, unchecked(shown.Sum + XxHash3.HashToUInt64(MemoryMarshal.AsBytes(path.AsSpan()))));
                return path;
            });
            var failures = await RemoveAllAsync(storage, paths, cancellationToken).ConfigureAwait(false);
            if (failures.Count > 0)
            {
                return failures;
            }
            if (shown.Count > 0 && shown == last)
            {
                var left = await FindAnyAsync(storage, list(), cancellationToken).ConfigureAwait(false);
                return left is null ? [] : [new RemoveFailure(left, StillThere(left))];
            }
            empty = shown.Count == 0 ? empty + 1 : 0;
            last = shown;
        }
        return [];
    }

    /// <summary>The failure of a removal that the storage has confirmed, and not done.</summary>
    public static StorageException StillThere(string path) =>
        new(StorageErrorKind.Other, path, $"The storage confirmed that it removed '{path}', but it still has it.");

    /// <summary>One of the objects that the storage has, asked for by name; null when it has none of them.</summary>
    private static async Task<string?> FindAnyAsync(IBackupStorage storage, IAsyncEnumerable<string> paths, CancellationToken cancellationToken)
    {
        string? found = null;
        var options = new ParallelOptions { MaxDegreeOfParallelism = storage.Capabilities.UploadConcurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(paths, options, async (path, token) =>
        {
            if (found is null && await storage.FindAsync(path, token).ConfigureAwait(false) is not null)
            {
                found = path;
            }
        }).ConfigureAwait(false);
        return found;
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
