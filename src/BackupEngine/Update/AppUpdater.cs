using CloudBackup.Apps;
using CloudBackup.Backup;
using CloudBackup.Commands;
using CloudBackup.Infrastructure;
using CloudBackup.Restore;
using CloudBackup.Sites;
using CloudBackup.Storage;

namespace CloudBackup.Update;

/// <summary>
/// Brings an app to another version: it is backed up, stopped, installed, started and asked for its health. When any of that fails, data
/// and version are put back from the backup.
/// </summary>
internal sealed class AppUpdater(EngineContext context, SiteStorage storages, IOperationObserver observer)
{
    private const string Label = "before update";

    /// <summary>Updates the app and returns it.</summary>
    /// <exception cref="BackupException">It failed; the app is as before, unless the failure says otherwise.</exception>
    public async Task<BackupApp> RunAsync(string location, AppUpdateOptions options, CancellationToken cancellationToken)
    {
        AppRules.CheckVersion(options.Version);
        var app = context.Apps.Find(location) ?? throw BackupErrors.AppNotFound(location);
        using var appLock = AppLock.Take(context, app, "update");
        RestoreRecovery.Run(context, app, observer);
        app = context.Apps.Find(app.Id) ?? throw BackupErrors.AppNotFound(location);
        if (app.UnfinishedRestore is { } unfinished)
        {
            throw BackupErrors.AppNotRestored(app.Location, unfinished);
        }
        if (app.Version == options.Version && app.State == AppState.Installed)
        {
            throw BackupErrors.UpdateNotNeeded(app.Location, app.Version);
        }
        AppRestorer.CheckDataDirectory(app);
        if (options.SkipBackup)
        {
            return await InstallAsync(app, options.Version, null, cancellationToken).ConfigureAwait(false);
        }
        var site = storages.Resolve(options.Site);
        return await storages.UseAsync(site, observer, async storage =>
        {
            var backup = await new SafetyBackup(context, Label, BackupErrors.UpdateBackupFailed, observer)
                .MakeAsync(app, site, storage, cancellationToken).ConfigureAwait(false);
            var wayBack = new WayBack(backup, site, storage);
            return await InstallAsync(app, options.Version, wayBack, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private async Task<BackupApp> InstallAsync(BackupApp app, string version, WayBack? wayBack, CancellationToken cancellationToken)
    {
        var commands = new CommandRunner(observer);
        var updated = AppRestorer.Finished(app, version);
        context.Apps.Update(app with { State = AppState.Updating });
        try
        {
            await commands.RunAsync("StopCommand", app.Commands.Stop, app, cancellationToken).ConfigureAwait(false);
            observer.OnStep($"Updating {app.Location} from {app.Version} to {version}.");
            await commands.RunAsync("InstallCommand", app.Commands.Install, updated, cancellationToken).ConfigureAwait(false);
            await commands.RunAsync("StartCommand", app.Commands.Start, updated, cancellationToken).ConfigureAwait(false);
            await commands.RunAsync("HealthCommand", app.Commands.Health, updated, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is BackupException or OperationCanceledException)
        {
            if (wayBack is null)
            {
                context.Apps.Update(app with { State = AppState.Error, LastError = failure.Message });
                throw failure is BackupException ? BackupErrors.UpdateFailed(app.Location, version, failure) : failure;
            }
            await PutBackAsync(app, wayBack, failure).ConfigureAwait(false);
            throw failure is BackupException ? BackupErrors.UpdateRolledBack(app.Location, version, app.Version, failure) : failure;
        }
        context.Apps.Update(updated);
        observer.OnStep($"{app.Location} is updated to {version}.");
        return context.Apps.Find(app.Id) ?? updated;
    }

    /// <summary>Restores the backup; never cancelled, since half an update is the worst state of all.</summary>
    private async Task PutBackAsync(BackupApp app, WayBack wayBack, Exception cause)
    {
        observer.OnStep($"Putting {app.Location} back to {app.Version} from {wayBack.Backup.Id}.");
        try
        {
            var record = context.Backups.Find(wayBack.Backup.Id) ?? throw BackupErrors.BackupNotFound(wayBack.Backup.Id);
            var backup = await OpenedBackup.OpenAsync(context, record, wayBack.Storage, CancellationToken.None).ConfigureAwait(false);
            await using var _ = backup.ConfigureAwait(false);
            var job = new RestoreJob
            {
                App = app,
                Restored = AppRestorer.Finished(app, app.Version),
                Source = new BackupSource(context, backup),
                Limits = wayBack.Site.Limits,
                MayBeDown = true,
            };
            await new AppRestorer(context, observer).RunAsync(job, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is BackupException or StorageException)
        {
            var told = BackupErrors.UpdateNotUndone(app.Location, wayBack.Backup.Id, cause, failure);
            context.Apps.Update(app with { State = AppState.Error, LastError = told.Message });
            throw told;
        }
    }

    private sealed record WayBack(AppBackup Backup, BackupSite Site, IBackupStorage Storage);
}
