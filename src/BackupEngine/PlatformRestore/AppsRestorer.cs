using CloudBackup.Backup;
using CloudBackup.Catalog;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Reading;
using CloudBackup.Restore;
using CloudBackup.Sites;
using CloudBackup.Storage;
using CloudBackup.Swapping;

namespace CloudBackup.PlatformRestore;

/// <summary>
/// Restores the data of all apps that wait for it, some at a time. One that fails stays in state Error with the reason, and the others go on.
/// </summary>
internal sealed class AppsRestorer(EngineContext context, PlatformRestoreOptions options, IOperationObserver observer)
{
    /// <summary>Restores the apps, and returns for each app of the platform what it is now.</summary>
    public async Task<IReadOnlyList<PlatformRestoreApp>> RunAsync(BackupSite site, IBackupStorage storage, CancellationToken cancellationToken)
    {
        var apps = context.Apps.List();
        var results = new PlatformRestoreApp[apps.Count];
        using var progress = CombinedProgress.Start("Restoring apps", apps.Count(app => app.UnfinishedRestore is not null), observer);
        var limits = AppBatch.Share(site.Limits, Math.Min(options.Throttle, Math.Max(1, apps.Count)));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Throttle, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, apps.Count, parallel, async (number, token) =>
        {
            results[number] = await RestoreAsync(apps[number], site with { Limits = limits }, storage, progress, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return results;
    }

    /// <summary>What an app is, without doing anything.</summary>
    public static PlatformRestoreApp Describe(BackupApp app) => new()
    {
        AppId = app.Id,
        Location = app.Location,
        Version = app.Version,
        BackupId = app.UnfinishedRestore,
        State = app.State,
        Error = app.LastError,
    };

    private async Task<PlatformRestoreApp> RestoreAsync(
        BackupApp app, BackupSite site, IBackupStorage storage, CombinedProgress progress, CancellationToken cancellationToken)
    {
        if (app.UnfinishedRestore is not { } backupId || context.Backups.Find(backupId) is not { } record)
        {
            SettleLeftOvers(app, progress);
            return Describe(app);
        }
        BackupException? failure = null;
        try
        {
            await SiteStorage.TranslateAsync(site, () => RestoreAsync(app, record, site, storage, progress, cancellationToken)).ConfigureAwait(false);
        }
        catch (BackupException reason)
        {
            failure = reason;
        }
        catch (Exception reason) when (!cancellationToken.IsCancellationRequested)
        {
            failure = BackupErrors.FromUnforeseen($"The restore of {app.Location}", reason);
        }
        progress.CountDone();
        return Describe(Settle(app, failure)) with { BackupId = backupId, Failure = failure };
    }

    private async Task<bool> RestoreAsync(
        BackupApp app, BackupRecord record, BackupSite site, IBackupStorage storage, IOperationObserver progress, CancellationToken cancellationToken)
    {
        using var locked = LockedApp.Enter(context, app, "restore", progress);
        var backup = await OpenedBackup.OpenAsync(context, record, storage, cancellationToken).ConfigureAwait(false);
        await using var _ = backup.ConfigureAwait(false);
        var job = new RestoreJob(locked)
        {
            Restored = locked.App.Finish(backup.Info.Version),
            Source = new BackupSource(context, backup),
            Limits = site.Limits,
            IsFresh = true,
            KeepOld = kept => context.PlatformRestores.Change(entry => entry with { Kept = [.. entry.Kept, kept] }),
            SkipDns = options.SkipDns,
        };
        await new AppRestorer(context, progress).RunAsync(job, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>An earlier run may have died when the app was restored already, and its old folder not yet removed.</summary>
    private void SettleLeftOvers(BackupApp app, IOperationObserver progress) => LockedApp.TryEnter(context, app, "restore", progress)?.Dispose();

    /// <summary>What fails before the app's own restore begins is noted with the app too.</summary>
    private BackupApp Settle(BackupApp app, BackupException? failure)
    {
        var present = context.Apps.Find(app.Id) ?? app;
        if (failure is null || present.State == AppState.Error)
        {
            return present;
        }
        present = present.FailRestore(failure);
        context.Apps.Update(present);
        return present;
    }
}
