using CloudBackup.Platform;
using CloudBackup.Reading;
using CloudBackup.Sites;
using CloudBackup.Swapping;

namespace CloudBackup.Restore;

/// <summary>Brings a registered app back to one of its backups, data and version, after a safety backup of what it is now.</summary>
internal sealed class InPlaceRestorer(EngineContext context, SiteStorage storages)
{
    /// <summary>Restores a backup in place and returns the app.</summary>
    /// <exception cref="BackupException">It failed; the data from before is in place, or in a safety backup when the app's earlier restore did not end.</exception>
    public async Task<BackupApp> RunAsync(
        string backupId, AppRestoreOptions options, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var backups = new StoredBackups(context, storages);
        var record = backups.Find(backupId);
        var wanted = (AppBackup)record.Backup;
        var app = context.Apps.Find(wanted.AppId) ?? throw BackupErrors.AppNotRegistered(wanted.Location, wanted.AppId);
        using var locked = LockedApp.Enter(context, app, "restore", observer);
        locked.SettleFolder(observer);
        return await backups.UseAsync(record, observer, async (backup, site) =>
        {
            if (!options.SkipSafetyBackup && AppRestorer.HasAnythingToLose(locked.App))
            {
                await new SafetyBackup(context, "before restore", BackupErrors.SafetyBackupFailed, observer)
                    .MakeAsync(locked, site, backup.Storage, cancellationToken).ConfigureAwait(false);
            }
            var job = new RestoreJob(locked)
            {
                Restored = locked.App.Finish(backup.Info.Version),
                Source = new BackupSource(context, backup),
                Limits = site.Limits,
                IsFresh = locked.App.UnfinishedRestore is not null,
                SkipDns = options.SkipDns,
            };
            return await new AppRestorer(context, observer).RunAsync(job, cancellationToken).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
    }
}
