using CloudBackup.Apps;
using CloudBackup.Commands;
using CloudBackup.Platform;
using CloudBackup.Reading;
using CloudBackup.Restore;
using CloudBackup.Sites;
using CloudBackup.Swapping;

namespace CloudBackup.Update;

/// <summary>
/// Brings an app to another version: it is backed up, stopped, installed, started and asked for its health. When any of that fails, data
/// and version are put back from the backup. An update that dies leaves its backup's id with the app: that one is what the next update goes
/// back to, too, and never what the dead one has left.
/// </summary>
internal sealed class AppUpdater(EngineContext context, SiteStorage storages, IOperationObserver observer)
{
    private const string Label = "before update";
    private const string InterruptedLabel = "interrupted update";

    private readonly CommandRunner _commands = new(observer);

    /// <summary>Updates the app and returns it.</summary>
    /// <exception cref="BackupException">It failed; the app is as before, unless the failure says otherwise.</exception>
    public async Task<BackupApp> RunAsync(string location, AppUpdateOptions options, CancellationToken cancellationToken)
    {
        AppRules.CheckVersion(options.Version);
        var app = context.Apps.Find(location) ?? throw BackupErrors.AppNotFound(location);
        using var locked = LockedApp.Enter(context, app, "update", observer);
        app = locked.App;
        if (app.UnfinishedRestore is { } unfinished)
        {
            throw BackupErrors.AppNotRestored(app.Location, unfinished);
        }
        if (app.Version == options.Version && app.State == AppState.Installed)
        {
            throw BackupErrors.UpdateNotNeeded(app.Location, app.Version);
        }
        locked.SettleFolder(observer);
        app = locked.App;
        var wayBack = FindWayBack(app);
        if (!options.SkipBackup)
        {
            var made = await BackUpAsync(locked, options.Site, wayBack is null ? Label : InterruptedLabel, cancellationToken).ConfigureAwait(false);
            wayBack ??= made;
        }
        await StopAsync(app, options.Version, cancellationToken).ConfigureAwait(false);
        return await InstallAsync(locked, options.Version, wayBack, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The backup that an update that died would have gone back to; null when there is none.</summary>
    private AppBackup? FindWayBack(BackupApp app)
    {
        if (app.UnfinishedUpdate is not { } id)
        {
            return null;
        }
        if (context.Backups.Find(id)?.Backup is AppBackup { HoldsData: true } backup)
        {
            observer.OnWarning($"When this fails, {app.Location} goes back to {id}, from before the update that was interrupted.");
            return backup;
        }
        observer.OnWarning($"The backup '{id}' from before the interrupted update of {app.Location} is gone: there is no way back further than to what is there now.");
        return null;
    }

    private Task<AppBackup> BackUpAsync(LockedApp app, string? siteName, string label, CancellationToken cancellationToken) =>
        new SafetyBackup(context, label, BackupErrors.UpdateBackupFailed, observer).MakeAsync(app, storages, siteName, cancellationToken);

    /// <summary>Nothing is installed yet when this fails: the app is started again on the data that it has.</summary>
    private async Task StopAsync(BackupApp app, string version, CancellationToken cancellationToken)
    {
        context.Apps.Update(app.BeginUpdate());
        try
        {
            await _commands.RunAsync("StopCommand", app.Commands.Stop, app, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is BackupException or OperationCanceledException)
        {
            await StartAgainAsync(app).ConfigureAwait(false);
            if (failure is OperationCanceledException)
            {
                throw;
            }
            throw BackupErrors.UpdateNotBegun(app.Location, version, failure);
        }
    }

    private async Task StartAgainAsync(BackupApp app)
    {
        // It is unknown which version could start on data in doubt.
        var error = app.UnfinishedUpdate is null ? await _commands.TryRunAsync("StartCommand", app.Commands.Start, app).ConfigureAwait(false) : null;
        context.Apps.Update(error is null ? app : app.Fail(error));
    }

    private async Task<BackupApp> InstallAsync(LockedApp locked, string version, AppBackup? wayBack, CancellationToken cancellationToken)
    {
        var app = locked.App;
        var updating = app.BeginUpdate().NoteWayBack(wayBack?.Id);
        var updated = app.Finish(version);
        context.Apps.Update(updating);
        try
        {
            observer.OnStep($"Updating {app.Location} from {app.Version} to {version}.");
            await _commands.RunAsync("InstallCommand", app.Commands.Install, updated, cancellationToken).ConfigureAwait(false);
            updating = updating.NoteStart();
            await _commands.RunAsync("StartCommand", app.Commands.Start, updated, cancellationToken).ConfigureAwait(false);
            await _commands.RunAsync("HealthCommand", app.Commands.Health, updated, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is BackupException or OperationCanceledException)
        {
            if (wayBack is null)
            {
                context.Apps.Update(app.Fail(failure.Message));
                throw failure is BackupException ? BackupErrors.UpdateFailed(app.Location, version, failure) : failure;
            }
            await PutBackAsync(locked, updating, wayBack, failure).ConfigureAwait(false);
            throw failure is BackupException ? BackupErrors.UpdateRolledBack(app.Location, version, wayBack.Version, failure) : failure;
        }
        context.Apps.Update(updated);
        observer.OnStep($"{app.Location} is updated to {version}.");
        return context.Apps.Find(app.Id) ?? updated;
    }

    /// <summary>Restores the backup; never cancelled, since half an update is the worst state of all.</summary>
    private async Task PutBackAsync(LockedApp locked, BackupApp app, AppBackup wayBack, Exception cause)
    {
        observer.OnStep($"Putting {app.Location} back to {wayBack.Version} from {wayBack.Id}.");
        try
        {
            var backups = new StoredBackups(context, storages);
            await backups.UseAsync(backups.Find(wayBack.Id), observer, async (backup, site) =>
            {
                var job = new RestoreJob(locked)
                {
                    App = app,
                    Restored = app.Finish(wayBack.Version),
                    Source = new BackupSource(context, backup),
                    Limits = site.Limits,
                    // What the update has left is nothing to go back to.
                    IsFresh = true,
                };
                return await new AppRestorer(context, observer).RunAsync(job, CancellationToken.None).ConfigureAwait(false);
            }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BackupException failure)
        {
            var told = BackupErrors.UpdateNotUndone(app.Location, wayBack.Id, cause, failure);
            context.Apps.Update((context.Apps.Find(app.Id) ?? app).Fail(told.Message));
            throw told;
        }
    }
}
