using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.Formats;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;

namespace CloudBackup.Backup;

/// <summary>Removes what runs that died have left. The caller holds the owner's lock, so nobody is making what is removed.</summary>
internal static class LeftOvers
{
    /// <summary>Settles an owner's backups that are still Creating on a site: complete ones become Ready, the others are removed and Failed.</summary>
    public static async Task RemoveAsync(
        EngineContext context,
        BackupOwner owner,
        BackupSite site,
        IBackupStorage storage,
        IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        foreach (var record in context.Backups.ListOf(owner, site.Name).Where(record => record.Backup.State == BackupState.Creating))
        {
            context.Home.RemoveTemporaryFolder(record.Backup.Id);
            if (await FindAsync(context, record.Backup, site, storage, cancellationToken).ConfigureAwait(false) is { } stored)
            {
                // The run died between the last two steps: everything is stored, only the catalog did not hear of it.
                context.Backups.Save(stored);
                continue;
            }
            observer.OnStep($"Removing what an interrupted run left: {record.Backup.RemotePath}.");
            await RemoveContentAsync(storage, record.Backup, cancellationToken).ConfigureAwait(false);
            context.Backups.Save(record with { Backup = record.Backup with { State = BackupState.Failed, Error = "The run was interrupted." } });
        }
    }

    /// <summary>Removes a backup from the storage: the backup info first, so that at no moment a record without content is there.</summary>
    public static async Task RemoveContentAsync(IBackupStorage storage, SiteBackup backup, CancellationToken cancellationToken)
    {
        var paths = BackupPaths.Of(backup);
        await storage.RemoveAsync(paths.Info, cancellationToken).ConfigureAwait(false);
        await BackupFormats.Get(backup.Format).RemoveAsync(storage, paths, cancellationToken).ConfigureAwait(false);
        if (storage.As<ISweepPartials>() is { } sweeper)
        {
            foreach (var path in new[] { paths.RemotePath, paths.Archive, paths.Index, paths.Info })
            {
                await sweeper.SweepPartialsAsync(path, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static Task<BackupRecord?> FindAsync(
        EngineContext context, SiteBackup backup, BackupSite site, IBackupStorage storage, CancellationToken cancellationToken)
    {
        BackupKeys[] keys = backup.KeyId is { } id && context.Keys.Find(id) is { } found ? [found] : [];
        return StoredBackup.TryReadAsync(storage, site, BackupPaths.Of(backup), keys, context.Random, cancellationToken);
    }
}
