using CloudBackup.Catalog;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Storage;

namespace CloudBackup.Sync;

/// <summary>
/// Tells apart the disks or buckets that a site's storage has been: a disk that is not mounted leaves its mount point, which takes backups too. A
/// backup that the storage does not show is gone only where it shows one that was there together with it.
/// </summary>
internal static class Medium
{
    private const int IdBytes = 8;

    /// <summary>The records of a site whose backups are complete.</summary>
    public static List<BackupRecord> Complete(EngineContext context, string site) =>
        context.Backups.List(site: site).FindAll(record => record.Backup.HoldsData);

    /// <summary>
    /// The medium of a backup that is made now: that of the newest known one that the storage shows; a new one, with a warning, where it shows none.
    /// </summary>
    /// <exception cref="StorageException">The storage cannot be asked.</exception>
    public static async Task<string?> FindAsync(
        EngineContext context, BackupSite site, IBackupStorage storage, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var known = Complete(context, site.Name);
        if (known.Count == 0)
        {
            return null;
        }
        if (await IsShownAsync(storage, known[0], cancellationToken).ConfigureAwait(false))
        {
            return known[0].Medium;
        }
        var folders = await DatedFolders.ListAsync(storage, cancellationToken).Select(folder => folder.Path)
            .ToHashSetAsync(StringComparer.Ordinal, cancellationToken).ConfigureAwait(false);
        foreach (var record in known.Where(record => folders.Contains(StoragePath.FolderOf(record.Backup.RemotePath))))
        {
            if (await IsShownAsync(storage, record, cancellationToken).ConfigureAwait(false))
            {
                return record.Medium;
            }
        }
        observer.OnWarning(
            $"The site {site.Name} shows none of the {known.Count} backups that the catalog knows. If it is on a disk or share of its own, check that this is "
            + "mounted. The backup is made all the same, and the records of the others stay.");
        return New(context);
    }

    /// <summary>The medium of backups that a look has found and that were not known: that of the newest known one that is shown.</summary>
    /// <param name="context">The platform.</param>
    /// <param name="known">What was known before, newest first.</param>
    /// <param name="isShown">Whether the storage shows one of them.</param>
    public static string? OfFound(EngineContext context, IReadOnlyList<BackupRecord> known, Func<BackupRecord, bool> isShown) =>
        known.Count == 0 ? null : known.FirstOrDefault(isShown) is { } shown ? shown.Medium : New(context);

    /// <summary>Those of the records that the storage does not show because it is another disk or bucket.</summary>
    /// <param name="known">What is known, and whether the storage shows it.</param>
    public static List<BackupRecord> FindElsewhere(IEnumerable<(BackupRecord Record, bool IsShown)> known) =>
        [.. known.GroupBy(item => item.Record.Medium).Where(medium => !medium.Any(item => item.IsShown)).SelectMany(medium => medium.Select(item => item.Record))];

    private static string New(EngineContext context) => context.Random.NextHex(IdBytes);

    private static async Task<bool> IsShownAsync(IBackupStorage storage, BackupRecord record, CancellationToken cancellationToken) =>
        await storage.FindAsync(BackupPaths.Of(record.Backup).Info, cancellationToken).ConfigureAwait(false) is not null;
}
