namespace CloudBackup.Storage;

/// <summary>Asks a storage by name. Its answer to a write, or a listing that does not show something, is not a proof.</summary>
internal static class StoredProof
{
    /// <summary>Makes sure that an object that was just written is in the storage with all its bytes.</summary>
    /// <exception cref="StorageException">It is not, whatever the storage answered to the write.</exception>
    public static async Task CheckAsync(IBackupStorage storage, string path, long size, CancellationToken cancellationToken)
    {
        var found = await storage.FindAsync(path, cancellationToken).ConfigureAwait(false);
        if (found?.Size != size)
        {
            var shown = found is null ? "does not have it" : $"has {found.Size} bytes of it";
            throw new StorageException(
                StorageErrorKind.Corrupt, path, $"The storage confirmed that it took '{path}' ({size} bytes), but it {shown}: do not use this storage until its operator has explained it.");
        }
    }

    /// <summary>
    /// What hides objects that are asked for by name: the first of some paths that something is at, or on the way to, which is neither an object nor a
    /// folder. Null when nothing is: only then an object that is not found may be gone.
    /// </summary>
    public static async Task<string?> FindObstacleAsync(IBackupStorage storage, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        if (storage.As<IObstacles>() is { } obstacles)
        {
            foreach (var path in paths)
            {
                if (await obstacles.FindObstacleAsync(path, cancellationToken).ConfigureAwait(false) is { } found)
                {
                    return found;
                }
            }
        }
        return null;
    }

    /// <summary>Whether one of some objects is in the storage.</summary>
    public static async Task<bool> HasAnyAsync(IBackupStorage storage, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            if (await storage.FindAsync(path, cancellationToken).ConfigureAwait(false) is not null)
            {
                return true;
            }
        }
        return false;
    }
}
