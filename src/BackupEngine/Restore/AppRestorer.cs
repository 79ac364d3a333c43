using CloudBackup.Apps;
using CloudBackup.Catalog;
using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Reading;
using CloudBackup.Storage;
using CloudBackup.Swapping;

namespace CloudBackup.Restore;

/// <summary>
/// Replaces an app's data by restored data. It is unpacked and verified beside the present data while the app runs; then the app is stopped,
/// new and old change places, and the app is installed at the restored version, started and asked for its health. Any failure brings the
/// old data, version and the app back (I6), unless there is nothing to go back to. Each step is in the journal before it is done.
/// </summary>
internal sealed class AppRestorer(EngineContext context, IOperationObserver observer)
{
    /// <summary>Restores and returns the app.</summary>
    /// <exception cref="BackupException">It failed; what the app is now says <see cref="RestoreJob.IsFresh"/>.</exception>
    public async Task<BackupApp> RunAsync(RestoreJob job, CancellationToken cancellationToken)
    {
        BackupDoubt.Warn(job.Source.Doubt, observer);
        job = WithFolder(job);
        var before = job.App;
        using var swap = PrepareSwap(job);
        var entry = EntryFor(job, swap);
        context.Apps.Update(before.BeginRestore());
        try
        {
            entry = Prepare(job, swap, out var mark);
            job = Configured(job, await UnpackAsync(job, swap, mark, cancellationToken).ConfigureAwait(false));
            entry = EntryFor(job, swap);
        }
        catch (Exception failure)
        {
            context.Apps.Update(job.IsFresh ? before.FailRestore(failure) : before);
            if (IsInterruption(failure) && swap.IsUnfinished)
            {
                observer.OnWarning(
                    $"The downloaded data stays in '{swap.StagingPath}'. The next restore of {job.Source.Name} to the same destination resumes. "
                    + "Any other restore there removes it, and so does a cleanup a day from now.");
            }
            else
            {
                AppRecovery.CleanUp(context, entry with { Staging = swap.StagingId }, swap, observer);
            }
            throw;
        }
        var state = new RestoreActivation(context, observer, job, swap, entry);
        await state.RunAsync(cancellationToken).ConfigureAwait(false);
        observer.OnStep($"{job.Restored.Location} is restored to {job.Source.Name}.");
        return context.Apps.Find(job.Restored.Id) ?? job.Restored;
    }

    /// <summary>Whether there is anything that a restore would take away: an app that still waits for its first one may have nothing.</summary>
    internal static bool HasAnythingToLose(BackupApp app) => app.UnfinishedRestore is null || DataSwap.HoldsData(app.DataDirectory);

    /// <summary>
    /// Whether what was fetched before is good and worth its place: not when the disk is full, nor when the backup is damaged.
    /// </summary>
    private static bool IsInterruption(Exception failure) => failure is StorageException or OperationCanceledException;

    private static RestoreJob Configured(RestoreJob job, AppConfig? config) => job.Configure is { } configure && config is not null
        ? job with { App = configure(job.App, config), Restored = configure(job.Restored, config) }
        : job;

    /// <summary>The job with the app's data directory known, and made where the app has none yet.</summary>
    private RestoreJob WithFolder(RestoreJob job)
    {
        var isThere = Directory.Exists(AppFolder.PathOf(job.App));
        var app = job.IsFresh && !isThere ? job.App with { DataFolder = AppFolder.Make(job.App) } : AppFolder.Settle(context, job.App, observer);
        if (app.DataFolder != job.App.DataFolder)
        {
            FolderClaim.CheckOverlap(context, app, app.DataFolder!.Path); // of the folder that was opened, whatever the path leads to by now
        }
        return job with { App = app, Restored = job.Restored with { DataFolder = app.DataFolder } };
    }

    private DataSwap PrepareSwap(RestoreJob job)
    {
        var app = job.App;
        var (path, inode, _) = app.DataFolder!;
        UnfinishedRestores.MakeWay(context, app, job.Source.ResumeKey, observer);
        if (job.KeepOld is { } keepOld && DataSwap.HoldsData(path))
        {
            var keeping = KeepingSwap.Choose(path, context.Time.GetUtcNow(), Announce, inode);
            keepOld(new KeptFolder(app.DataDirectory, keeping.KeptPath!));
            return keeping;
        }
        return SwapChoice.Choose(path, Announce, job.Source.ResumeKey, inode);

        void Announce(DataSwap chosen) => context.RestoreJournal.Save(EntryFor(job, chosen));
    }

    /// <summary>Makes the staging folder, which notes itself in the journal.</summary>
    private RestoreJournalEntry Prepare(RestoreJob job, DataSwap swap, out UnfinishedMark? mark)
    {
        try
        {
            mark = swap.MakeStaging(job.Source.ResumeKey);
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DestinationUnusable(job.App.DataDirectory, failure);
        }
        return EntryFor(job, swap);
    }

    private RestoreJournalEntry EntryFor(RestoreJob job, DataSwap swap) => new()
    {
        AppId = job.App.Id,
        BackupId = job.Source.Name,
        DataDirectory = swap.DataDirectory,
        IsWholeFolder = swap.IsWholeFolder,
        KeptPath = swap.KeptPath,
        Staging = swap.StagingId,
        Version = job.Restored.Version,
        Started = context.Time.GetUtcNow(),
        Phase = RestorePhase.Unpacking,
    };

    private async Task<AppConfig?> UnpackAsync(RestoreJob job, DataSwap swap, UnfinishedMark? mark, CancellationToken cancellationToken)
    {
        var app = job.App;
        observer.OnStep(mark is { IsResumed: true }
            ? $"Going on with the unpacking of {job.Source.Name} beside the data of {app.Location} that was interrupted."
            : $"Unpacking {job.Source.Name} beside the data of {app.Location}.");
        using var folder = swap.OpenUnpacked();
        var target = new UnpackTarget(folder, app.DataDirectory, $"Restoring {app.Location}", job.Limits, observer) { Mark = mark };
        var config = await job.Source.UnpackAsync(target, cancellationToken).ConfigureAwait(false);
        return SwapParts.OfApp(swap).Prepare() is null
            ? config
            : throw BackupErrors.BackupDamaged(job.Source.Name, "it has no data folder.");
    }
}
