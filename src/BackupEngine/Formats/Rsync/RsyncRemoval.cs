using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync;

/// <summary>Removes all objects of a folder.</summary>
internal static class RsyncRemoval
{
    private const int AtATime = 1000;

    /// <summary>Removes everything below a folder; a missing folder is no error.</summary>
    /// <exception cref="StorageException">Something could not be removed; some of the rest may be gone.</exception>
    public static async Task RemoveFolderAsync(IBackupStorage storage, string folder, CancellationToken cancellationToken)
    {
        var objects = storage.ListAsync(folder, recursive: true, cancellationToken).Select(item => item.Path);
        var options = new ParallelOptions { MaxDegreeOfParallelism = storage.Capabilities.UploadConcurrency, CancellationToken = cancellationToken };
        if (storage.As<IBulkRemove>() is not { } remover)
        {
            await Parallel.ForEachAsync(objects, options, async (path, token) =>
                await storage.RemoveAsync(path, token).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }
        await Parallel.ForEachAsync(objects.Chunk(AtATime), options, async (chunk, token) =>
        {
            var failures = await remover.RemoveAllAsync(chunk, token).ConfigureAwait(false);
            if (failures.Count > 0)
            {
                throw failures[0].Reason;
            }
        }).ConfigureAwait(false);
    }
}
