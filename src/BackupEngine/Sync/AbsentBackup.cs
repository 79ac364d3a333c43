using CloudBackup.Platform;
using CloudBackup.Storage;

namespace CloudBackup.Sync;

/// <summary>
/// A backup that the storage does not show. That can be a wrong answer, of a mirror that lags behind or of a disk that is not mounted: only the record
/// goes. The note, the keys and the mark of the keys stay for a backup that comes back.
/// </summary>
internal static class AbsentBackup
{
    /// <summary>A warning of a backup that is not found because something hides it (<see cref="IObstacles"/>): nothing tells whether it is gone.</summary>
    public static string HiddenBy(SiteBackup backup, string obstacle) =>
        $"The backup {backup.Id} cannot be looked for: '{obstacle}' on {backup.Site} is a link, or not what CloudBackup has stored there, and CloudBackup does "
        + "not look behind it. The catalog keeps the record. Put the folder or file back in its place (a mount works, a link does not).";

    /// <summary>Drops the record, with a warning where the backup is preserved.</summary>
    public static void Drop(EngineContext context, SiteBackup backup, IOperationObserver observer)
    {
        if (backup.PreserveUntil is { } until && until > context.Time.GetUtcNow())
        {
            observer.OnWarning(
                $"The backup {backup.Id}, which is preserved until {until:yyyy-MM-dd}, is not in the storage of {backup.Site}. Its note stays. Find out what "
                + $"became of it; when the storage shows it again, Sync-BackupCatalog {backup.Site} brings it back.");
        }
        if (backup.KeyId is { } keyId)
        {
            context.Keys.Retain(keyId);
        }
        context.Backups.Drop(backup.Id);
    }
}
