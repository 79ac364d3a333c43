using CloudBackup.Infrastructure;
using CloudBackup.Restore;
using CloudBackup.Sites;

namespace CloudBackup.Backup;

/// <summary>Makes backups of apps: finds app and site, takes the app's lock, and has the <see cref="BackupRunner"/> do the rest.</summary>
internal sealed class AppBackupRunner(EngineContext context, SiteStorage storages)
{
    /// <summary>Makes a backup in a run of its own; null when the site's provider keeps nothing.</summary>
    /// <exception cref="BackupException">It failed; the record says Failed, and nothing of it is in the storage.</exception>
    public Task<AppBackup?> RunAsync(
        string location, AppBackupOptions options, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var app = context.Apps.Find(location) ?? throw BackupErrors.AppNotFound(location);
        var site = storages.Resolve(options.Site);
        return storages.UseAsync(site, observer, storage =>
        {
            var run = new BackupRun
            {
                Site = site,
                Storage = storage,
                Started = context.NowInMilliseconds(),
                Limits = site.Limits,
                Observer = observer,
                Label = options.Label,
                PreserveUntil = options.PreserveUntil,
                ContinueOnError = options.ContinueOnError,
            };
            return RunAsync(app.Id, run, cancellationToken);
        });
    }

    /// <summary>Makes a backup as part of a run.</summary>
    private async Task<AppBackup?> RunAsync(Guid appId, BackupRun run, CancellationToken cancellationToken)
    {
        var app = context.Apps.Find(appId) ?? throw BackupErrors.AppNotFound(appId.ToString());
        using var appLock = AppLock.Take(context, app, "backup");
        RestoreRecovery.Run(context, app, run.Observer);
        app = context.Apps.Find(appId) ?? throw BackupErrors.AppNotFound(app.Location);
        return (AppBackup?)await new BackupRunner(context).RunAsync(new AppSubject(app, context.Time), run, cancellationToken).ConfigureAwait(false);
    }
}
