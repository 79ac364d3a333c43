using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Sites;
using CloudBackup.Storage;
using CloudBackup.Swapping;

namespace CloudBackup.Backup;

/// <summary>What became of one app in a run over several: a backup, or a failure, or neither when the site keeps nothing.</summary>
/// <param name="App">The app.</param>
/// <param name="Backup">Its backup.</param>
/// <param name="Failure">Why there is none.</param>
public sealed record AppBackupOutcome(BackupApp App, AppBackup? Backup, BackupException? Failure);

/// <summary>
/// Backs up several apps in one run: their backups share the folder of the run, the site's storage and its limits. Some are made at a time;
/// one's failure does not stop the others (I9).
/// </summary>
internal sealed class AppBatch(EngineContext context)
{
    /// <summary>Less memory than this does not speed anything up.</summary>
    private const long LeastMemory = 8L * 1024 * 1024;

    /// <summary>
    /// Backs up the apps and returns an outcome for each, in the same order. <paramref name="onOutcome"/> gets each outcome when it is done.
    /// </summary>
    public async Task<IReadOnlyList<AppBackupOutcome>> RunAsync(
        IReadOnlyList<BackupApp> apps, BackupRun run, int throttle, Action<AppBackupOutcome>? onOutcome, CancellationToken cancellationToken)
    {
        var outcomes = new AppBackupOutcome[apps.Count];
        var atATime = Math.Clamp(throttle, 1, Math.Max(1, apps.Count));
        using var progress = CombinedProgress.Start($"Backing up {apps.Count} apps", apps.Count, run.Observer);
        var shared = run with { Limits = Share(run.Limits, atATime), Observer = atATime > 1 ? progress : run.Observer };
        var options = new ParallelOptions { MaxDegreeOfParallelism = atATime, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, apps.Count, options, async (number, token) =>
        {
            outcomes[number] = await TryAsync(apps[number], shared, token).ConfigureAwait(false);
            onOutcome?.Invoke(outcomes[number]);
            progress.CountDone();
        }).ConfigureAwait(false);
        return outcomes;
    }

    /// <summary>Makes one backup as part of a run.</summary>
    /// <exception cref="BackupException">It failed; the record says Failed, and nothing of it is in the storage.</exception>
    public async Task<AppBackup?> BackUpAsync(BackupApp app, BackupRun run, CancellationToken cancellationToken)
    {
        using var locked = LockedApp.Enter(context, app, "backup", run.Observer);
        if (locked.App.UnfinishedRestore is { } unfinished)
        {
            throw BackupErrors.AppNotRestored(locked.App.Location, unfinished);
        }
        locked.SettleFolder(run.Observer);
        return await BackUpAsync(locked, run, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same of whatever is there, also of an app whose restore did not end: it is about to be replaced.</summary>
    /// <exception cref="BackupException">It failed; the record says Failed, and nothing of it is in the storage.</exception>
    public async Task<AppBackup?> BackUpAsync(LockedApp locked, BackupRun run, CancellationToken cancellationToken)
    {
        var app = locked.App;
        var made = await new BackupRunner(context).RunAsync(new AppSubject(locked, context.Time), run, cancellationToken).ConfigureAwait(false);
        if (made is AppBackup backup && SourceLossCheck.Find(backup, app, context.Backups.List(appId: app.Id).Select(record => record.Backup).OfType<AppBackup>()) is { } warning)
        {
            run.Observer.OnWarning(warning);
        }
        return (AppBackup?)made;
    }

    private async Task<AppBackupOutcome> TryAsync(BackupApp app, BackupRun run, CancellationToken cancellationToken)
    {
        try
        {
            var backup = await SiteStorage.TranslateAsync(run.Site, () => BackUpAsync(app, run, cancellationToken)).ConfigureAwait(false);
            return new AppBackupOutcome(app, backup, null);
        }
        catch (BackupException failure)
        {
            return new AppBackupOutcome(app, null, failure);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return new AppBackupOutcome(app, null, BackupErrors.FromUnforeseen($"The backup of {app.Location}", failure));
        }
    }

    /// <summary>The limits of one of several operations that run at a time.</summary>
    public static SiteLimits Share(SiteLimits limits, int atATime) => atATime == 1
        ? limits
        : limits with { MemoryLimitBytes = Math.Max(LeastMemory, MemoryBudget.Of(limits) / atATime) };
}
