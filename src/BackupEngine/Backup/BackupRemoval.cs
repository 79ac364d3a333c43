using CloudBackup.Catalog;
using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Storage;

namespace CloudBackup.Backup;

/// <summary>
/// Removes backups from a storage, then from the catalog (I4). The record is marked; then the backup info goes, so that no storage ever shows
/// a backup that has lost a part; then the content, in bulk where the storage can; then the record. What fails keeps its record, marked, for
/// the next try; unmarked when nothing of it could be removed. The caller holds the lock of the backups' owner.
/// </summary>
internal sealed class BackupRemoval(EngineContext context, IBackupStorage storage)
{
    private readonly Dictionary<string, StorageException> _failures = new(StringComparer.Ordinal);

    /// <summary>Removes backups of one owner.</summary>
    /// <returns>The backups that are not (entirely) removed, by id.</returns>
    /// <exception cref="StorageException">The storage failed as a whole.</exception>
    public async Task<IReadOnlyDictionary<string, StorageException>> RemoveAsync(
        IReadOnlyCollection<BackupRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records)
        {
            context.Backups.Save(record with { Backup = record.Backup with { State = BackupState.Removing } });
        }
        await RemoveAsync(records, InfoOf, cancellationToken).ConfigureAwait(false);
        foreach (var record in records.Where(record => _failures.TryGetValue(record.Backup.Id, out var failure) && !failure.IsOutcomeUnknown))
        {
            // The storage refuses, as a disk that is mounted for reading does: nothing of the backup is gone, and it can be restored as before.
            context.Backups.Save(record);
        }
        await RemoveAsync(records, ContentOf, cancellationToken).ConfigureAwait(false);
        await ConfirmAsync([.. Left(records)], cancellationToken).ConfigureAwait(false);
        foreach (var record in Left(records).Where(record => !record.Backup.HoldsData))
        {
            await SweepAsync(record.Backup, cancellationToken).ConfigureAwait(false);
        }
        foreach (var record in Left(records))
        {
            context.Backups.Remove(record.Backup.Id);
        }
        foreach (var record in Left(records).DistinctBy(record => record.Backup.KeyId))
        {
            await UnusedKeys.RemoveAsync(context, record.Backup, storage, cancellationToken).ConfigureAwait(false);
        }
        return _failures;
    }

    /// <summary>Removes what interrupted writes of a backup have left.</summary>
    public static async Task SweepAsync(IBackupStorage storage, SiteBackup backup, CancellationToken cancellationToken)
    {
        if (storage.As<ISweepPartials>() is { } sweeper)
        {
            foreach (var path in BackupPaths.Of(backup).Places)
            {
                await sweeper.SweepPartialsAsync(path, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Makes sure that nothing is left of a backup: no listing shows an object of it, and asked for by name none of those that every backup of
    /// its format has is there.
    /// </summary>
    /// <returns>Why something is left; null when nothing is.</returns>
    /// <exception cref="StorageException">The storage cannot be asked.</exception>
    public static async Task<StorageException?> FindRestAsync(IBackupStorage storage, SiteBackup backup, CancellationToken cancellationToken)
    {
        var paths = BackupPaths.Of(backup);
        var facts = BackupFormats.FactsOf(backup.Format);
        if (await FindHiddenAsync(storage, backup, cancellationToken).ConfigureAwait(false) is { } hidden)
        {
            return hidden;
        }
        if (!facts.HasArchive)
        {
            var failures = await ObjectRemoval.RemoveRestAsync(
                storage,
                () => storage.ListAsync(paths.RemotePath, recursive: true, cancellationToken).Select(item => item.Path),
                cancellationToken).ConfigureAwait(false);
            if (failures.FirstOrDefault() is { } failure)
            {
                return failure.Reason;
            }
        }
        // A listing that shows nothing proves nothing, so objects that such a backup had are asked for by name as well.
        string[] asked = [paths.Info, paths.Index, paths.Archive];
        foreach (var path in asked.Union(facts.NamedObjects(paths)))
        {
            if (await storage.FindAsync(path, cancellationToken).ConfigureAwait(false) is not null)
            {
                return ObjectRemoval.StillThere(path);
            }
        }
        return null;
    }

    private async Task ConfirmAsync(List<BackupRecord> records, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = storage.Capabilities.DownloadConcurrency,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(records, options, async (record, token) =>
        {
            StorageException? reason;
            try
            {
                reason = await FindRestAsync(storage, record.Backup, token).ConfigureAwait(false);
            }
            catch (StorageException failure) when (!failure.IsOutage)
            {
                reason = failure;
            }
            if (reason is not null)
            {
                lock (_failures)
                {
                    _failures.TryAdd(record.Backup.Id, reason);
                }
            }
        }).ConfigureAwait(false);
    }

    private IEnumerable<BackupRecord> Left(IEnumerable<BackupRecord> records) => records.Where(record => !_failures.ContainsKey(record.Backup.Id));

    /// <summary>
    /// The objects of a backup, and one that another format would have at its place: it could only be a stranger's, and would make the removal look
    /// as if it had failed.
    /// </summary>
    public static IAsyncEnumerable<string> ListContentAsync(IBackupStorage storage, SiteBackup backup, CancellationToken cancellationToken)
    {
        var paths = BackupPaths.Of(backup);
        var format = BackupFormats.Get(backup.Format);
        var objects = format.ListObjectsAsync(storage, paths, cancellationToken);
        return format.Facts.HasArchive ? objects : objects.Append(paths.Archive);
    }

    private IAsyncEnumerable<string> ContentOf(SiteBackup backup) =>
        ListContentAsync(storage, backup, CancellationToken.None).Append(BackupPaths.Of(backup).Note);

    private async IAsyncEnumerable<string> InfoOf(SiteBackup backup)
    {
        if (await FindHiddenAsync(storage, backup, CancellationToken.None).ConfigureAwait(false) is { } hidden)
        {
            throw hidden;
        }
        yield return BackupPaths.Of(backup).Info;
    }

    /// <summary>Why nothing that was stored of a backup can be found; null when it can. What is put at its own places goes with it.</summary>
    private static async Task<StorageException?> FindHiddenAsync(IBackupStorage storage, SiteBackup backup, CancellationToken cancellationToken)
    {
        var folder = StoragePath.FolderOf(backup.RemotePath);
        return await StoredProof.FindObstacleAsync(storage, [folder], cancellationToken).ConfigureAwait(false) is not { } obstacle ? null
            : new StorageException(
                StorageErrorKind.Misconfigured,
                folder,
                $"'{obstacle}' in the storage is not the folder that was there, and CloudBackup does not look behind links: nothing of the backup is removed. Put the "
                + $"folder back in its place (a mount works, a link does not), or remove '{obstacle}', and repeat.");
    }

    private async Task RemoveAsync(
        IReadOnlyCollection<BackupRecord> records, Func<SiteBackup, IAsyncEnumerable<string>> list, CancellationToken cancellationToken)
    {
        var failures = await ObjectRemoval.RemoveAllAsync(storage, ListAsync(Left(records), list), cancellationToken).ConfigureAwait(false);
        foreach (var failure in failures)
        {
            var owner = records.First(record => Owns(BackupPaths.Of(record.Backup), failure.Path));
            _failures.TryAdd(owner.Backup.Id, failure.Reason);
        }
    }

    /// <summary>A listing that fails ends with what it gave; its backup keeps its record.</summary>
    private async IAsyncEnumerable<string> ListAsync(IEnumerable<BackupRecord> records, Func<SiteBackup, IAsyncEnumerable<string>> list)
    {
        foreach (var record in records.ToList())
        {
            var paths = list(record.Backup).GetAsyncEnumerator();
            await using var _ = paths.ConfigureAwait(false);
            while (await TryMoveAsync(paths, record.Backup.Id).ConfigureAwait(false))
            {
                yield return paths.Current;
            }
        }
    }

    private async Task<bool> TryMoveAsync(IAsyncEnumerator<string> paths, string id)
    {
        try
        {
            return await paths.MoveNextAsync().ConfigureAwait(false);
        }
        catch (StorageException failure) when (!failure.IsOutage)
        {
            _failures.TryAdd(id, failure);
            return false;
        }
    }

    private static bool Owns(BackupPaths paths, string path) =>
        path == paths.Info || path == paths.Index || path == paths.Archive || path == paths.Note
        || PathOrder.IsInside(path, paths.RemotePath);

    private async Task SweepAsync(SiteBackup backup, CancellationToken cancellationToken)
    {
        try
        {
            await SweepAsync(storage, backup, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException failure) when (!failure.IsOutage)
        {
            _failures.TryAdd(backup.Id, failure);
        }
    }
}
