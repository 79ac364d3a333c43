using CloudBackup.Platform;
using CloudBackup.Retention;

namespace CloudBackup.Backup;

/// <summary>What a run learns from the backups that are there already.</summary>
internal static class EarlierBackups
{
    /// <summary>The newest Ready backup of an owner on a site; null when there is none.</summary>
    public static SiteBackup? FindNewest(EngineContext context, BackupOwner owner, string site) => context.Backups.ListOf(owner, site)
        .Where(record => record.Backup.State == BackupState.Ready).NewestFirst(record => record.Backup, context.Time.GetUtcNow()).FirstOrDefault()?.Backup;

    /// <summary>
    /// Compares the clock with the newest backup that is there. Which of the two is wrong cannot be told from here, so the backup is made; the
    /// return value is what its record notes as <see cref="SiteBackup.MadeAfter"/> and <see cref="SiteBackup.MadeAfterAlso"/>.
    /// </summary>
    public static (DateTimeOffset? After, IReadOnlyList<DateTimeOffset>? Also) CheckClock(EngineContext context, BackupOwner owner, BackupRun run)
    {
        var known = context.Backups.ListOf(owner, run.Site.Name).Select(record => record.Backup);
        var earlier = known.Where(backup => backup.HoldsData).ToList().TrustedOrAll().ToList();
        if (earlier.MaxBy(backup => backup.Created) is { } latest && NewestBackup.IsFuture(latest.Created, run.Started))
        {
            run.Observer.OnWarning(
                $"The clock says {run.Started:u}, but the backup {latest.Id} was made at {latest.Created:u}. One of the two times is wrong: check the "
                + "clock of this machine and of the one that made that backup.");
        }
        return NewestBackup.FindLater(earlier, run.Started);
    }
}
