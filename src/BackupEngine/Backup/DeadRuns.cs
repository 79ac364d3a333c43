using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Retention;
using CloudBackup.Storage;
using CloudBackup.Sync;

namespace CloudBackup.Backup;

/// <summary>Settles what runs that died have left: complete backups are kept, the rest goes. The caller holds the owner's lock, so nobody is making what is removed.</summary>
internal static class DeadRuns
{
    /// <summary>Settles an owner's backups that are still Creating on a site: complete ones become Ready, the others are removed and Failed.</summary>
    public static async Task SettleAsync(
        EngineContext context,
        BackupOwner owner,
        BackupSite site,
        IBackupStorage storage,
        IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        foreach (var record in context.Backups.ListOf(owner, site.Name).Where(record => record.Backup.State == BackupState.Creating))
        {
            var (stored, failure) = await FindAsync(context, record, site, storage, cancellationToken).ConfigureAwait(false);
            if (failure is not null)
            {
                observer.OnWarning(WarningOf(record.Backup, failure));
                continue;
            }
            if (stored is not null)
            {
                // The run died between the last two steps: everything is stored, only the catalog did not hear of it.
                context.Backups.Save(stored);
                Warn(stored, observer);
                continue;
            }
            observer.OnStep($"Removing what an interrupted run left: {record.Backup.RemotePath}.");
            await RemoveContentAsync(storage, record.Backup, cancellationToken).ConfigureAwait(false);
            context.Backups.Save(record with { Backup = record.Backup with { State = BackupState.Failed, Error = "The run was interrupted." } });
        }
    }

    /// <summary>Removes a backup from the storage: the backup info first, so that at no moment a record without content is there.</summary>
    /// <exception cref="StorageException">Something of it is still there.</exception>
    public static async Task RemoveContentAsync(IBackupStorage storage, SiteBackup backup, CancellationToken cancellationToken)
    {
        var paths = BackupPaths.Of(backup);
        await storage.RemoveAsync(paths.Info, cancellationToken).ConfigureAwait(false);
        var objects = BackupRemoval.ListContentAsync(storage, backup, cancellationToken);
        await ObjectRemoval.RemoveEveryAsync(storage, objects, cancellationToken).ConfigureAwait(false);
        await BackupRemoval.SweepAsync(storage, backup, cancellationToken).ConfigureAwait(false);
        if (await BackupRemoval.FindRestAsync(storage, backup, cancellationToken).ConfigureAwait(false) is { } left)
        {
            throw left;
        }
    }

    /// <summary>What a user should know of a backup that may be complete, and whose record cannot be read.</summary>
    public static string WarningOf(SiteBackup backup, Exception failure) =>
        $"The backup {backup.RemotePath} on {backup.Site}, whose run was interrupted, may be complete, but its record cannot be read: "
        + $"{failure.Message.TrimEnd('.')}. The backup stays. Repeat the command when the cause is gone, or remove the backup with "
        + $"{(backup is AppBackup ? "Remove-AppBackup" : "Remove-PlatformBackup")} {backup.Id}.";

    /// <summary>
    /// The record of a backup that is complete in the storage although its record says Creating; null when it is not. It is this platform's own when it
    /// is the one that the run wrote.
    /// </summary>
    /// <returns>The record, or why the stored one cannot be read: what it says is not known then.</returns>
    /// <exception cref="StorageException">The storage cannot be asked.</exception>
    public static async Task<(BackupRecord? Stored, Exception? Failure)> FindAsync(
        EngineContext context, BackupRecord record, BackupSite site, IBackupStorage storage, CancellationToken cancellationToken)
    {
        var backup = record.Backup;
        BackupKeys[] keys = backup.KeyId is { } id && context.Keys.Find(id) is { } found ? [found] : [];
        try
        {
            var stored = await StoredBackup.TryReadAsync(
                storage, site, BackupPaths.Of(backup), keys, cancellationToken).ConfigureAwait(false);
            return (stored?.Backup.Id != backup.Id
                ? null
                : IsOfRun(record, stored) ? stored with { Backup = stored.Backup with { Origin = BackupOrigin.Platform } } : stored, null);
        }
        catch (Exception failure) when (failure is BackupException or StorageException { Kind: StorageErrorKind.Corrupt })
        {
            return (null, failure);
        }
    }

    /// <summary>
    /// Whether a stored record is the one of a run. The run notes its hash before it stores it; only versions that did not are believed by the rest.
    /// </summary>
    private static bool IsOfRun(BackupRecord record, BackupRecord stored) => record.IsLocal && (record.InfoHash is { } hash
        ? hash == stored.InfoHash
        : record.Owner == stored.Owner && (record.Backup.Created, record.Backup.Format, record.Backup.KeyId, record.Backup.MadeAfter)
            == (stored.Backup.Created, stored.Backup.Format, stored.Backup.KeyId, stored.Backup.MadeAfter));

    private static void Warn(BackupRecord stored, IOperationObserver observer)
    {
        if (!stored.Backup.Trusted)
        {
            observer.OnWarning(
                $"The record of {stored.Backup.Id} on {stored.Backup.Site} is not the one that the interrupted run wrote: it was replaced. The backup is not "
                + "trusted. Remove it (Remove-AppBackup), and find out who can write to the storage.");
        }
    }
}
