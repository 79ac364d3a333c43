using System.Globalization;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Retention;
using CloudBackup.Storage;
using CloudBackup.Swapping;
using CloudBackup.Sync;

namespace CloudBackup.Cleanup;

/// <summary>
/// Finds what no backup needs: folders that are empty, objects of probes that were killed, snapshots of apps that were unregistered here, and uploads of backups that were
/// begun and never ended; on this machine, what restores from the site have fetched that were not resumed. What this platform does not
/// know, such as another one's backups or files of the administrator's, is never touched, however old.
/// </summary>
internal sealed class LeftOverFinder(EngineContext context, CleanupFacts facts, IBackupStorage storage, IOperationObserver observer)
{
    /// <summary>A run that has just made its folder is going to write into it.</summary>
    private static readonly TimeSpan YoungestEmptyFolder = TimeSpan.FromDays(1);

    private static readonly TimeSpan YoungestProbe = TimeSpan.FromDays(1);

    private static readonly TimeSpan YoungestUpload = TimeSpan.FromDays(1);

    /// <summary>Who meant to go on with a restore has done so by then.</summary>
    private static readonly TimeSpan YoungestRestore = TimeSpan.FromDays(1);

    /// <summary>Finds everything.</summary>
    /// <exception cref="StorageException">The storage cannot be listed.</exception>
    public async Task<IReadOnlyList<CleanupLeftOver>> FindAsync(StoreListing listing, CancellationToken cancellationToken)
    {
        var folders = listing.EmptyFolders.Where(IsOld).Order(StringComparer.Ordinal)
            .Select(path => new CleanupLeftOver(CleanupLeftOverKind.EmptyFolder, path));
        var names = await storage.ListAsync(BackupNames.SnapshotFolder, recursive: false, cancellationToken)
            .Select(item => item.Name).ToListAsync(cancellationToken).ConfigureAwait(false);
        // A snapshot was made here when something of it is remembered, or when the app ever had a backup of ours.
        var remembered = RememberedSnapshots.Names(context.Home, facts.Site).Select(RememberedSnapshots.AppOf).OfType<Guid>().ToHashSet();
        var platformId = context.Platform.Get().Id;
        var snapshots = names.Select(RememberedSnapshots.AppOf).OfType<Guid>().Where(id => facts.Owners.Contains(new BackupOwner(id)))
            .Concat(remembered).Where(id => !facts.Rules.RegisteredApps.Contains(id) && id != platformId).Distinct().Order()
            .Select(id => new CleanupLeftOver(CleanupLeftOverKind.Snapshot, $"{BackupNames.SnapshotFolder}/{id:D}") { AppId = id });
        return [.. folders, .. snapshots, .. await FindUploadsAsync(cancellationToken).ConfigureAwait(false),
            .. await FindProbesAsync(listing.Probes, cancellationToken).ConfigureAwait(false), .. FindRestores(), .. FindStuck()];
    }

    /// <summary>
    /// A probe of a site takes minutes: one whose newest object is a day old was killed. A probe makes its folder before its first object, so
    /// the age of an empty folder counts, where the storage knows it.
    /// </summary>
    private async Task<IReadOnlyList<CleanupLeftOver>> FindProbesAsync(IReadOnlyList<StoredObject> probes, CancellationToken cancellationToken)
    {
        var found = new List<CleanupLeftOver>();
        foreach (var folder in probes)
        {
            var times = await storage.ListAsync(folder.Path, recursive: true, cancellationToken)
                .Select(item => item.Modified).DefaultIfEmpty(folder.Modified).ToListAsync(cancellationToken).ConfigureAwait(false);
            if (times.All(time => facts.Rules.Now - time > YoungestProbe))
            {
                found.Add(new CleanupLeftOver(CleanupLeftOverKind.Probe, folder.Path));
            }
        }
        return found;
    }

    private IEnumerable<CleanupLeftOver> FindRestores()
    {
        foreach (var entry in UnfinishedRestores.List(context).Where(entry => facts.Rules.Now - entry.Started > YoungestRestore && IsOfSite(entry.BackupId)))
        {
            using var swap = AppRecovery.SwapOf(entry);
            if (swap.IsUnfinished)
            {
                yield return new CleanupLeftOver(CleanupLeftOverKind.UnfinishedRestore, swap.StagingPath) { Restore = entry };
            }
        }
    }

    /// <summary>What a restore could not remove. Commands on the app try that again, and a cleanup of any site, since the app may be gone.</summary>
    private IEnumerable<CleanupLeftOver> FindStuck() => context.RestoreJournal.ListSetAside().Select(entry =>
    {
        using var swap = AppRecovery.SwapOf(entry);
        return new CleanupLeftOver(CleanupLeftOverKind.UnfinishedRestore, swap.StagingPath) { Restore = entry };
    });

    /// <summary>Whether a backup is one of the site; what is not in the catalog is every site's.</summary>
    private bool IsOfSite(string backupId) => context.Backups.Find(backupId) is not { } record || record.Backup.Site == facts.Site.Name;

    private async Task<IReadOnlyList<CleanupLeftOver>> FindUploadsAsync(CancellationToken cancellationToken)
    {
        if (storage.As<IPartialUploads>() is not { } partials)
        {
            return [];
        }
        // A run lives no longer than its timeout, here and on another machine that stores to the same place.
        var youngest = facts.Site.Limits.Timeout is { } timeout && timeout > YoungestUpload ? timeout : YoungestUpload;
        try
        {
            return await partials.ListPartialsAsync("", cancellationToken)
                .Where(upload => IsOurs(upload.Path) && facts.Rules.Now - upload.Started > youngest)
                .OrderBy(upload => upload.Path, StringComparer.Ordinal).ThenBy(upload => upload.Id, StringComparer.Ordinal)
                .Select(upload => new CleanupLeftOver(CleanupLeftOverKind.UnfinishedUpload, upload.Path) { Upload = upload })
                .ToListAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException failure) when (failure.Kind is not (StorageErrorKind.Transient or StorageErrorKind.Throttled))
        {
            // Another program's upload may be what cannot be listed: that is no reason to keep old backups.
            observer.OnWarning($"Unfinished uploads on {facts.Site.Name} cannot be listed, and stay for the next cleanup: {failure.Message}");
            return [];
        }
    }

    /// <summary>Whether an object is one of a backup, of a snapshot or of a probe: other objects of a bucket belong to other programs.</summary>
    private static bool IsOurs(string path) => path.Split('/') is [var folder, var name, ..]
        && ((BackupNames.IsTag(folder) && BackupNames.IsBackup(name))
            || (folder == BackupNames.SnapshotFolder && RememberedSnapshots.AppOf(name) is not null)
            || BackupNames.IsProbe(folder));

    private bool IsOld(string folder) =>
        DateTimeOffset.TryParseExact(folder.Split('/')[0], BackupNames.TagFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start)
        && facts.Rules.Now - start > YoungestEmptyFolder;
}
