using System.Security;
using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Sites;
using CloudBackup.Storage;

namespace CloudBackup.Sync;

/// <summary>
/// Makes the catalog say what a site's storage holds. A backup that is found becomes known; a record whose backup is gone is dropped,
/// unless the storage seems to hold nothing at all, which is more likely a wrong or unmounted place than the truth. A backup that no key
/// opens is neither: it is there, and stays as it is known.
/// </summary>
internal sealed partial class CatalogSynchronizer(EngineContext context, SiteStorage storages)
{
    /// <summary>Synchronizes one site and returns the backups that it holds.</summary>
    public async Task<IReadOnlyList<SiteBackup>> RunAsync(
        string? siteName, IReadOnlyList<SecureString> passwords, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var site = storages.Resolve(siteName);
        var given = passwords.Select(BackupKeys.Derive).ToList();
        try
        {
            return await storages.UseAsync(site, observer, async storage =>
            {
                var known = Medium.Complete(context, site.Name);
                var found = new SyncFindings();
                var run = new SyncRun(site, storage, [.. context.Keys.ListFrom(site.KeyId), .. given], observer, found);
                await FindAllAsync(run, cancellationToken).ConfigureAwait(false);
                var gone = await FindGoneAsync(run, known, cancellationToken).ConfigureAwait(false);
                KeepUsed(given, found);
                RemoveUnreadableRows(site, observer);
                Drop(site, gone, observer);
                Report(site, found, observer);
                return (IReadOnlyList<SiteBackup>)[.. found.Backups.Values.OrderByDescending(backup => backup.Created).ThenBy(backup => backup.Id, StringComparer.Ordinal)];
            }).ConfigureAwait(false);
        }
        finally
        {
            given.ForEach(keys => keys.Dispose());
        }
    }

    private void KeepUsed(List<BackupKeys> given, SyncFindings found)
    {
        foreach (var keys in given.Where(keys => found.Backups.Values.Any(backup => backup.KeyId == keys.Id)))
        {
            context.Keys.Add(keys);
        }
    }

    private async Task FindAllAsync(SyncRun run, CancellationToken cancellationToken)
    {
        await foreach (var folder in DatedFolders.ListAsync(run.Storage, cancellationToken).ConfigureAwait(false))
        {
            run.Observer.OnDetail($"Looking into {folder.Path}.");
            var infos = new List<BackupPaths>();
            await foreach (var item in run.Storage.ListAsync(folder.Path, recursive: false, cancellationToken).ConfigureAwait(false))
            {
                if (!item.IsFolder && BackupNames.IsBackup(item.Name) && BackupPaths.OfInfo(item.Path) is { } paths)
                {
                    infos.Add(paths);
                    run.Findings.Written[item.Path] = item.Modified;
                }
            }
            // The first of two records for one backup that is good counts: as the catalog knows it, else the one that needs a key to be forged.
            foreach (var paths in infos.OrderByDescending(paths => paths.IsEncrypted == IsExpectedEncrypted(run, paths)))
            {
                await TakeAsync(run, paths, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private bool IsExpectedEncrypted(SyncRun run, BackupPaths paths) => KnownAt(run, paths)?.Backup is not { Trusted: true, Encrypted: false };

    private BackupRecord? KnownAt(SyncRun run, BackupPaths paths) => context.Backups.FindByPath(run.Site.Name, paths.RemotePath);

    private static void Report(BackupSite site, SyncFindings found, IOperationObserver observer)
    {
        observer.OnStep($"The site {site.Name} holds {found.Backups.Count} backups.");
        if (found.Rivals.Count > 0)
        {
            var (path, kept) = found.Rivals[0];
            observer.OnWarning(
                $"{found.Rivals.Count} backups on {site.Name} have ids of backups that the catalog knows elsewhere, such as {path} that of {kept.RemotePath} on "
                + $"{kept.Site}. They are passed over and stay in the storage. Find out which one is the copy before you remove one: its time in the storage "
                + "proves nothing. Forget a site that you no longer use (Remove-BackupSite), and repeat.");
        }
        if (site.KeyId is not null && found.Backups.Values.FirstOrDefault(backup => !backup.Trusted) is { } plain)
        {
            observer.OnWarning(
                $"{found.Backups.Values.Count(backup => !backup.Trusted)} backups on {site.Name} are not encrypted although the site is, and this platform did "
                + $"not make them, such as {plain.Id}. They are not trusted: find out who wrote them, or remove them (Remove-AppBackup).");
        }
        if (found.Locked.Count > 0)
        {
            observer.OnWarning(
                $"{found.Locked.Count} backups on {site.Name} are encrypted with a password that this platform does not know, such as "
                + $"{found.Locked.First()}. Give it to Sync-BackupCatalog -Password.");
        }
    }

    /// <summary>What of them is in the storage has just been written again.</summary>
    private void RemoveUnreadableRows(BackupSite site, IOperationObserver observer)
    {
        if (context.Backups.RemoveUnreadable(site.Name) is > 0 and var count)
        {
            // Which keys the others need is not known.
            foreach (var keyId in context.Keys.Ids)
            {
                context.Keys.Retain(keyId);
            }
            observer.OnWarning($"{count} records of the site {site.Name} that the catalog could not read are removed; what the storage holds is known.");
        }
    }

    /// <summary>
    /// The records whose backup is not in the storage: no listing shows it, asked for by name its backup info is not there, and the storage shows
    /// another one that was there together with it.
    /// </summary>
    private async Task<IReadOnlyList<BackupRecord>> FindGoneAsync(SyncRun run, List<BackupRecord> known, CancellationToken cancellationToken)
    {
        var found = run.Findings;
        var unlisted = known.FindAll(record => !found.Has(record.Backup.RemotePath));
        var damaged = unlisted.FindAll(record => found.Damaged.Contains(record.Backup.RemotePath));
        var gone = new HashSet<BackupRecord>();
        foreach (var record in unlisted.Except(damaged))
        {
            if (found.IsEmpty || await StoreListing.AskPresenceAsync(run.Storage, record.Backup, cancellationToken).ConfigureAwait(false) == BackupPresence.Gone)
            {
                gone.Add(record);
            }
            else
            {
                await TakeUnlistedAsync(run, record, cancellationToken).ConfigureAwait(false);
            }
        }
        NoteMedium(found, known, record => !gone.Contains(record));
        var elsewhere = Medium.FindElsewhere(known.Select(record => (record, !gone.Contains(record))));
        WarnOfAbsent(run, elsewhere);
        return [.. damaged, .. gone.Except(elsewhere)];
    }

    private static void WarnOfAbsent(SyncRun run, List<BackupRecord> elsewhere)
    {
        var (site, found) = (run.Site.Name, run.Findings);
        if (found.Missed > 0)
        {
            run.Observer.OnWarning(
                $"The listings of the site {site} do not show {found.Missed} backups that it has: asked for by name, they are there. Their records stay. "
                + "Test-BackupSite may find the cause; tell the operator of the storage.");
        }
        if (elsewhere.Count > 0)
        {
            run.Observer.OnWarning(
                $"The site {site} {(found.IsEmpty ? "holds no backup at all" : "seems to be another disk or bucket than before")}: it shows none of "
                + $"{elsewhere.Count} backups that the catalog knows, such as {elsewhere[0].Backup.Id}. Their records stay: check that the right disk is mounted and "
                + "that path, bucket and prefix are right. If the backups are really gone, Remove-AppBackup drops their records.");
        }
    }

    /// <summary>A backup of which the storage has something, although no listing has shown it.</summary>
    private async Task TakeUnlistedAsync(SyncRun run, BackupRecord record, CancellationToken cancellationToken)
    {
        var paths = BackupPaths.Of(record.Backup);
        if (await run.Storage.FindAsync(paths.Info, cancellationToken).ConfigureAwait(false) is null)
        {
            var obstacle = await StoredProof.FindObstacleAsync(run.Storage, paths.Places, cancellationToken).ConfigureAwait(false);
            run.Observer.OnWarning(obstacle is not null
                ? AbsentBackup.HiddenBy(record.Backup, obstacle)
                : $"The record of {record.Backup.Id} is not in the storage of {run.Site.Name}, other objects of the backup are. The catalog keeps what it "
                + "knows: Test-AppBackup shows what is missing, Remove-AppBackup removes the rest.");
            return;
        }
        run.Findings.Missed++;
        await TakeAsync(run, paths, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What was not known before is on the disk that is there now.</summary>
    private void NoteMedium(SyncFindings found, List<BackupRecord> known, Func<BackupRecord, bool> isShown)
    {
        if (Medium.OfFound(context, known, isShown) is not { } medium)
        {
            return;
        }
        var ids = known.Select(record => record.Backup.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var backup in found.Backups.Values.Where(backup => !ids.Contains(backup.Id)))
        {
            context.Backups.SetMedium(backup.Id, medium);
        }
    }

    private void Drop(BackupSite site, IEnumerable<BackupRecord> gone, IOperationObserver observer)
    {
        foreach (var record in gone)
        {
            observer.OnWarning($"The backup {record.Backup.Id} is gone from the site {site.Name}; its record is dropped.");
            AbsentBackup.Drop(context, record.Backup, observer);
        }
    }
}
