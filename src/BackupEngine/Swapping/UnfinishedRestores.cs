using CloudBackup.Apps;
using CloudBackup.Catalog;
using CloudBackup.Infrastructure;
using CloudBackup.Platform;

namespace CloudBackup.Swapping;

/// <summary>
/// What restores in place that were interrupted have fetched. It stays beside the app's data, known to the journal, until a restore of the
/// same backup to the same place goes on with it. Any other restore there removes it, as do the end of the app and, a day later, a cleanup.
/// A clone or import that failed leaves no app: then it stays under the id that the app had.
/// </summary>
internal static class UnfinishedRestores
{
    /// <summary>All that may be left, though a restore that is under way has its entry here too.</summary>
    public static IEnumerable<RestoreJournalEntry> List(EngineContext context) =>
        context.RestoreJournal.List().Where(entry => entry.Phase == RestorePhase.Unpacking);

    /// <summary>Whether what is left at a data directory is of the content that the key tells.</summary>
    public static bool CanGoOn(BackupApp app, string? key)
    {
        using var swap = SwapChoice.FindUnfinished(AppFolder.PathOf(app), key);
        return swap is not null;
    }

    /// <summary>
    /// Makes way for a restore, or for the end of the app: what is left of the app, or of any at its data directory, is removed, unless it is
    /// of the content that is coming. The caller holds the app's lock and has settled what was interrupted.
    /// </summary>
    /// <param name="context">The platform.</param>
    /// <param name="app">The app.</param>
    /// <param name="key">Tells the content that is coming; null for none.</param>
    /// <param name="observer">Is told of what cannot be removed.</param>
    /// <exception cref="BackupException">Another process is removing it right now.</exception>
    public static void MakeWay(EngineContext context, BackupApp app, string? key, IOperationObserver observer)
    {
        var place = AppFolder.PathOf(app);
        if (context.RestoreJournal.Find(app.Id) is { Phase: RestorePhase.CleaningUp } stuck)
        {
            context.RestoreJournal.SetAside(stuck, context.Random.NextGuid()); // another restore's entry is about to take its place
        }
        AppRecovery.RemoveSetAside(context, entry => entry.OwnerId != app.Id && entry.DataDirectory == place, observer);
        using var unfinished = SwapChoice.FindUnfinished(place, key);
        var wanted = unfinished?.StagingPath;
        foreach (var id in List(context).Where(entry => entry.AppId == app.Id || entry.DataDirectory == place).Select(entry => entry.AppId))
        {
            var user = "";
            using var otherLock = id == app.Id
                ? null
                : AppLock.TryTake(context, id, "restore", out user) ?? throw BackupErrors.AppBusy(app.Location, user);
            if (context.RestoreJournal.Find(id) is not { Phase: RestorePhase.Unpacking } entry)
            {
                continue;
            }
            using var swap = AppRecovery.SwapOf(entry);
            if (swap.StagingPath != wanted)
            {
                AppRecovery.CleanUp(context, entry, swap, observer);
            }
            else if (id != app.Id)
            {
                context.RestoreJournal.Remove(id); // from here on it is this app's
            }
        }
    }

    /// <summary>Removes what is left of a restore, if that is still so.</summary>
    /// <returns>Who is using it; null when it is gone.</returns>
    public static string? Remove(EngineContext context, RestoreJournalEntry found, IOperationObserver observer)
    {
        if (found.OwnerId is { } owner)
        {
            using var ownerLock = AppLock.TryTake(context, owner, "cleanup", out var holder);
            if (ownerLock is null)
            {
                return holder;
            }
            AppRecovery.RemoveSetAside(context, entry => entry.AppId == found.AppId, observer);
            return null;
        }
        using var appLock = AppLock.TryTake(context, found.AppId, "cleanup", out var user);
        if (appLock is null)
        {
            return user;
        }
        if (context.RestoreJournal.Find(found.AppId) is not { Phase: RestorePhase.Unpacking } entry || entry.Started != found.Started)
        {
            return null;
        }
        var apps = context.Apps.List();
        if (apps.FirstOrDefault(app => app.Id == entry.AppId) is { } app)
        {
            AppRecovery.Run(context, app, observer);
        }
        // The app of a clone that failed is gone, and another may have its place by now: what is there may then be that one's.
        var successor = apps.FirstOrDefault(other => other.Id != entry.AppId && AppFolder.PathOf(other) == entry.DataDirectory);
        using var otherLock = successor is null ? null : AppLock.TryTake(context, successor.Id, "cleanup", out user);
        if (successor is not null && otherLock is null)
        {
            return user;
        }
        using var swap = AppRecovery.SwapOf(entry);
        if (!swap.IsUnfinished || (successor is not null && context.RestoreJournal.Find(successor.Id) is not null))
        {
            context.RestoreJournal.Remove(entry.AppId);
        }
        else
        {
            AppRecovery.CleanUp(context, entry, swap, observer);
        }
        return null;
    }

    /// <summary>Removes all that is left: this platform is about to become another.</summary>
    public static void RemoveAll(EngineContext context, IOperationObserver observer)
    {
        foreach (var entry in List(context).ToList())
        {
            using var swap = AppRecovery.SwapOf(entry);
            AppRecovery.CleanUp(context, entry, swap, observer);
        }
        AppRecovery.RemoveSetAside(context, _ => true, observer);
    }
}
