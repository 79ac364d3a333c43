using CloudBackup.Catalog;
using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;

namespace CloudBackup.Restore;

/// <summary>
/// Replaces an app's data by restored data. It is unpacked and verified beside the present data while the app runs; then the app is stopped,
/// new and old change places, and the app is installed at the restored version, started and asked for its health. Any failure brings the
/// old data, version and the app back (I6), unless there is nothing to go back to. Each step is in the journal before it is done. The caller
/// holds the app's lock and has settled what was interrupted.
/// </summary>
internal sealed class AppRestorer(EngineContext context, IOperationObserver observer)
{
    /// <summary>Restores and returns the app.</summary>
    /// <exception cref="BackupException">It failed; what the app is now says <see cref="RestoreJob.IsFresh"/>.</exception>
    public async Task<BackupApp> RunAsync(RestoreJob job, CancellationToken cancellationToken)
    {
        var before = job.App;
        var swap = PrepareSwap(job);
        var entry = EntryFor(job, swap);
        context.Apps.Update(before with { State = AppState.Restoring });
        try
        {
            job = Configured(job, await UnpackAsync(job, swap, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception failure)
        {
            context.Apps.Update(job.IsFresh ? Failed(before, failure) : before);
            if (IsInterruption(failure) && swap.IsUnfinished)
            {
                observer.OnWarning(
                    $"What was fetched stays in '{swap.StagingPath}': the next restore of {job.Source.Name} to the same place goes on with it. "
                    + "Any other restore there removes it, and so does a cleanup a day from now.");
            }
            else
            {
                RestoreRecovery.RemoveStaging(context, entry, swap, observer);
            }
            throw;
        }
        var state = new RestoreSwap(context, observer, job, swap, entry);
        await state.RunAsync(cancellationToken).ConfigureAwait(false);
        observer.OnStep($"{job.Restored.Location} is restored to {job.Source.Name}.");
        return context.Apps.Find(job.Restored.Id) ?? job.Restored;
    }

    /// <summary>The app in state Error, with the reason.</summary>
    internal static BackupApp Failed(BackupApp app, Exception failure) => app with
    {
        State = AppState.Error,
        LastError = failure is OperationCanceledException ? BackupErrors.RestoreInterrupted(app.Location).Message : failure.Message,
    };

    /// <summary>The app as it is when the restored data stays, though its restore has not ended well.</summary>
    /// <param name="restored">The app as it should be.</param>
    /// <param name="before">The app as it was.</param>
    /// <param name="wasStarted">Whether its StartCommand was run.</param>
    /// <param name="reason">Why it has not ended well.</param>
    internal static BackupApp Left(BackupApp restored, BackupApp before, bool wasStarted, string reason) => restored with
    {
        State = AppState.Error,
        LastError = reason,
        UnfinishedRestore = before.UnfinishedRestore,
        IsBeingInstalled = before.IsBeingInstalled,
        WasStarted = wasStarted,
    };

    /// <summary>Whether there is anything that a restore would take away: an app that still waits for its first one may have nothing.</summary>
    internal static bool HasAnythingToLose(BackupApp app) => app.UnfinishedRestore is null || DataSwap.HoldsData(app.DataDirectory);

    /// <summary>Refuses an app whose data directory is not there: its disk may not be mounted. One that is still to be restored need not have one.</summary>
    /// <exception cref="BackupException">It cannot be opened.</exception>
    internal static void CheckDataDirectory(BackupApp app)
    {
        try
        {
            if (app.UnfinishedRestore is null || Directory.Exists(app.DataDirectory))
            {
                LocalFileSystem.Open(app.DataDirectory).Dispose();
            }
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DataDirectoryUnusable(app.Location, app.DataDirectory, failure);
        }
    }

    /// <summary>
    /// Whether what was fetched before is good and worth its place: not when the disk is full, nor when the backup is damaged.
    /// </summary>
    private static bool IsInterruption(Exception failure) => failure is StorageException or OperationCanceledException;

    private static RestoreJob Configured(RestoreJob job, AppConfig? config) => job.Configure is { } configure && config is not null
        ? job with { App = configure(job.App, config), Restored = configure(job.Restored, config) }
        : job;

    private DataSwap PrepareSwap(RestoreJob job)
    {
        var app = job.App;
        if (job.IsFresh)
        {
            try
            {
                Directory.CreateDirectory(app.DataDirectory);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw BackupErrors.DestinationUnusable(app.DataDirectory, FileTreeException.From("create", app.DataDirectory, failure));
            }
        }
        CheckDataDirectory(app);
        UnfinishedRestores.MakeWay(context, app, job.Source.ResumeKey, observer);
        if (job.KeepOld is { } keepOld && DataSwap.HoldsData(app.DataDirectory))
        {
            return KeepingSwap.Choose(app.DataDirectory, context.Time.GetUtcNow(), chosen =>
            {
                keepOld(new KeptFolder(app.DataDirectory, chosen.KeptPath!));
                context.RestoreJournal.Save(EntryFor(job, chosen));
            });
        }
        return DataSwap.Choose(app.DataDirectory, chosen => context.RestoreJournal.Save(EntryFor(job, chosen)), job.Source.ResumeKey);
    }

    private RestoreJournalEntry EntryFor(RestoreJob job, DataSwap swap) => new()
    {
        AppId = job.App.Id,
        BackupId = job.Source.Name,
        DataDirectory = swap.DataDirectory,
        IsWholeFolder = swap.IsWholeFolder,
        KeptPath = swap.KeptPath,
        Version = job.Restored.Version,
        Started = context.Time.GetUtcNow(),
        Phase = RestorePhase.Unpacking,
    };

    private async Task<AppConfig?> UnpackAsync(RestoreJob job, DataSwap swap, CancellationToken cancellationToken)
    {
        var app = job.App;
        UnfinishedMark? mark;
        try
        {
            mark = swap.Prepare(job.Source.ResumeKey);
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DestinationUnusable(app.DataDirectory, failure);
        }
        observer.OnStep(mark is { IsResumed: true }
            ? $"Going on with the unpacking of {job.Source.Name} beside the data of {app.Location} that was interrupted."
            : $"Unpacking {job.Source.Name} beside the data of {app.Location}.");
        var target = new UnpackTarget(swap.UnpackPath, app.DataDirectory, $"Restoring {app.Location}", job.Limits, observer) { Mark = mark };
        var config = await job.Source.UnpackAsync(target, cancellationToken).ConfigureAwait(false);
        return swap.HasNewData
            ? config
            : throw BackupErrors.BackupDamaged(job.Source.Name, "it has no data folder.");
    }
}
