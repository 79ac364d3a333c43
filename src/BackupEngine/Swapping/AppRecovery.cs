using CloudBackup.Apps;
using CloudBackup.Catalog;
using CloudBackup.FileTree;
using CloudBackup.Platform;

namespace CloudBackup.Swapping;

/// <summary>
/// Settles what a dead process has left of an app. A restore in place that was interrupted: the data from before comes back, unless the new data was
/// accepted already, or the app may have been up on it (I6). An update that was interrupted: version and data are in doubt, and the app says so.
/// Runs at the start of every operation on the app, under the app's lock (<see cref="LockedApp"/>).
/// </summary>
internal static class AppRecovery
{
    /// <summary>Does what is due; nothing when no restore of the app was interrupted.</summary>
    /// <exception cref="BackupException">The data could not be brought back; the next operation tries again.</exception>
    public static void Run(EngineContext context, BackupApp app, IOperationObserver observer)
    {
        SettleUpdate(context, app, observer);
        if (context.RestoreJournal.Find(app.Id) is { } entry)
        {
            Settle(context, app, entry, observer);
        }
        RemoveSetAside(context, other => other.OwnerId == app.Id, observer);
    }

    /// <summary>Tries again to remove the folders of earlier restores that could not be removed.</summary>
    public static void RemoveSetAside(EngineContext context, Func<RestoreJournalEntry, bool> which, IOperationObserver observer)
    {
        foreach (var entry in context.RestoreJournal.ListSetAside().Where(which).ToList())
        {
            using var swap = SwapOf(entry);
            CleanUp(context, entry, swap, observer);
        }
    }

    private static void Settle(EngineContext context, BackupApp app, RestoreJournalEntry entry, IOperationObserver observer)
    {
        using var swap = SwapOf(entry, left => context.RestoreJournal.Save(entry with { Staging = left.StagingId }), BackupErrors.AcceptDataDirectory);
        if (entry.Phase == RestorePhase.Starting)
        {
            AcceptStarted(context, app, entry, observer);
            CleanUp(context, entry, swap, observer);
            return;
        }
        var wasSwapping = entry.Phase == RestorePhase.Swapping;
        if (wasSwapping)
        {
            if (!IsOldInPlace(app, entry))
            {
                SwapParts.OfApp(swap).Undo();
            }
            observer.OnWarning(BackupErrors.RestoreInterrupted(app.Location).Message);
        }
        var registered = context.Apps.Find(app.Id);
        if (registered is { State: AppState.Restoring } || (wasSwapping && registered is { State: AppState.Error }))
        {
            context.Apps.Update(registered.Settle(ReasonFor(registered, wasSwapping)?.Message));
        }
        if (entry.Phase == RestorePhase.Unpacking && swap.IsUnfinished)
        {
            return; // the next restore of the same backup goes on with what was fetched
        }
        CleanUp(context, entry, swap, observer);
    }

    /// <summary>
    /// Does the same for an app that is forgotten because its row in the catalog cannot be read: its data counts, and its state is not known. On a
    /// disk that is not there nothing can be settled, and nobody can confirm another folder for such an app: a warning names what may remain.
    /// </summary>
    /// <exception cref="BackupException">The data could not be brought back; the next operation tries again.</exception>
    public static void RunWithoutApp(EngineContext context, UnreadableRow row, IOperationObserver observer)
    {
        if (row.AppId is not { } appId || context.RestoreJournal.Find(appId) is not { } entry)
        {
            return;
        }
        using var swap = SwapOf(entry);
        if (swap.IsHidden)
        {
            observer.OnWarning(
                $"A restore of {row.Name} was interrupted, and '{swap.StagingPath}' with {(entry.Phase == RestorePhase.Swapping ? "its old data" : "what it left")} "
                + $"is {(swap.IsUncertain ? "not known for sure to be its folder" : "missing")}. It is forgotten with the app. Look there before you remove it: 'old' or "
                + "'new/data' in it may be the data from before the restore.");
        }
        else if (entry.Phase == RestorePhase.Swapping)
        {
            SwapParts.OfApp(swap).Undo();
        }
        CleanUp(context, entry, swap, observer);
        context.RestoreJournal.Remove(appId);
    }

    /// <summary>
    /// Removes what a restore unpacked, or the old data after a success. What cannot be removed now, or is on a disk that is not mounted, is
    /// tried again next time.
    /// </summary>
    public static void CleanUp(EngineContext context, RestoreJournalEntry entry, DataSwap swap, IOperationObserver observer)
    {
        if (context.RestoreJournal.Find(entry.AppId) is { Phase: RestorePhase.Swapping or RestorePhase.Starting } noted)
        {
            // From here on a missing staging folder is one that was removed.
            context.RestoreJournal.Save(noted with { Phase = RestorePhase.CleaningUp });
        }
        try
        {
            var isHidden = swap.IsHidden && context.Apps.Find(entry.OwnerId ?? entry.AppId)?.DataFolder is { } folder
                && folder.Path == entry.DataDirectory && !AppFolder.IsThere(folder);
            SwapParts.OfApp(swap).CleanUp();
            if (!isHidden)
            {
                context.RestoreJournal.Remove(entry.AppId);
            }
        }
        catch (FileTreeException failure)
        {
            // The old data is back, or the new accepted: what is left is no longer part of a swap.
            context.RestoreJournal.Save(entry with { Phase = RestorePhase.CleaningUp });
            observer.OnWarning($"'{swap.StagingPath}' could not be removed: {failure.Message} Remove it by hand, or leave it to the next operation.");
        }
    }

    /// <summary>The swap that an entry of the journal tells of.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="announce">Told when what it says of the staging folder has changed.</param>
    /// <param name="wayOut">What you can do when the disk of the data is lost, for messages.</param>
    public static DataSwap SwapOf(RestoreJournalEntry entry, Action<DataSwap>? announce = null, string wayOut = "")
    {
        var swap = SwapChoice.Reopen(entry.DataDirectory, entry.IsWholeFolder, entry.KeptPath, entry.Staging, announce);
        swap.WayOut = wayOut;
        swap.IsSetAside = entry.OwnerId is not null;
        return swap;
    }

    /// <summary>
    /// The administrator has confirmed the folder that is at an app's data directory. An interrupted restore whose old data is on a disk that
    /// is not there is given up. What it left is never removed without being noted.
    /// </summary>
    public static BackupApp GiveUpHidden(EngineContext context, BackupApp app)
    {
        if (context.RestoreJournal.Find(app.Id) is not { Phase: RestorePhase.Swapping } entry)
        {
            return app;
        }
        using var swap = SwapOf(entry);
        if (!swap.IsHidden)
        {
            // The recovery settles it, by the folder that was registered when the restore began: what is there now may be the restored one.
            var known = context.Apps.Find(app.Id)?.DataFolder;
            return known?.Path == app.DataFolder?.Path ? app with { DataFolder = known } : app;
        }
        context.RestoreJournal.Remove(app.Id);
        return app.State == AppState.Restoring ? app.Settle(doubt: null) : app;
    }

    /// <summary>Whether the data directory is the registered folder as a whole, so that nothing has to be brought back.</summary>
    private static bool IsOldInPlace(BackupApp app, RestoreJournalEntry entry) => entry.IsWholeFolder
        && app.DataFolder is { Inode: not null } folder && folder.Path == entry.DataDirectory
        && folder.Inode != entry.Staging?.NewInode && AppFolder.IsThere(folder);

    /// <summary>
    /// The app may have been up on the new data since, so that it is worth more than the old. Only whether the app is healthy, nobody knows.
    /// </summary>
    private static void AcceptStarted(EngineContext context, BackupApp app, RestoreJournalEntry entry, IOperationObserver observer)
    {
        var reason = BackupErrors.RestoreHealthUnknown(app.Location, entry.BackupId).Message;
        observer.OnWarning(reason);
        var registered = context.Apps.Find(app.Id) ?? app;
        var left = registered.Leave(registered.Finish(entry.Version), wasStarted: true, reason);
        context.RestoreJournal.Commit(entry, left with { DataFolder = NewFolder(registered, entry) }, context.Apps);
    }

    /// <summary>Which folder the data directory is once the restored data is accepted.</summary>
    internal static DataFolder? NewFolder(BackupApp app, RestoreJournalEntry entry) => entry switch
    {
        { IsWholeFolder: false } => app.DataFolder,
        { Staging.NewInode: { } inode } => new DataFolder(entry.DataDirectory, inode, app.DataFolder?.Mount),
        _ => app.DataFolder is { } known ? known with { Inode = null } : null,
    };

    /// <summary>Why an app whose restore was interrupted cannot count as Installed; null when it can.</summary>
    private static BackupException? ReasonFor(BackupApp app, bool wasSwapping)
    {
        if (app.UnfinishedUpdate is not null)
        {
            return BackupErrors.UpdateInterrupted(app.Location, app.UnfinishedUpdate);
        }
        // One that waits for its first data has nothing to be Installed with.
        return wasSwapping || app.UnfinishedRestore is not null ? BackupErrors.RestoreInterrupted(app.Location) : null;
    }

    /// <summary>Whoever holds the lock and finds an update under way finds a dead one: what it left is in doubt.</summary>
    private static void SettleUpdate(EngineContext context, BackupApp app, IOperationObserver observer)
    {
        if (context.Apps.Find(app.Id) is { State: AppState.Updating } registered)
        {
            var reason = BackupErrors.UpdateInterrupted(app.Location, registered.UnfinishedUpdate).Message;
            observer.OnWarning(reason);
            context.Apps.Update(registered.Fail(reason));
        }
    }
}
