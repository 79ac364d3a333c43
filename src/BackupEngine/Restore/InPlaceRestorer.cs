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
        var record = context.Backups.Find(backupId);
        var wanted = record?.Backup as AppBackup ?? throw BackupErrors.BackupNotFound(backupId);
        var app = context.Apps.Find(wanted.AppId) ?? throw BackupErrors.AppNotRegistered(wanted.Location, wanted.AppId);
        var site = storages.Resolve(wanted.Site);
        using var appLock = AppLock.Take(context, app, "restore");
        RestoreRecovery.Run(context, app, observer);
        app = context.Apps.Find(wanted.AppId) ?? throw BackupErrors.AppNotRegistered(wanted.Location, wanted.AppId);
        app = AppRestorer.CheckDataDirectory(context, app, observer);
        return await storages.UseAsync(site, observer, async storage =>
        {
            var backup = await OpenedBackup.OpenAsync(context, record!, storage, cancellationToken).ConfigureAwait(false);
            await using var _ = backup.ConfigureAwait(false);
            if (!options.SkipSafetyBackup && AppRestorer.HasAnythingToLose(app))
            {
                await new SafetyBackup(context, "before restore", BackupErrors.SafetyBackupFailed, observer)
                    .MakeAsync(app, site, storage, cancellationToken).ConfigureAwait(false);
            }
            var job = new RestoreJob
            {
                App = app,
                Restored = app.Finished(backup.Info.Version),
                Source = new BackupSource(context, backup),
                Limits = site.Limits,
                IsFresh = app.UnfinishedRestore is not null,
                SkipDns = options.SkipDns,
            };
            return await new AppRestorer(context, observer).RunAsync(job, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }
}
