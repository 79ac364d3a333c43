using System.Security;
using CloudBackup.Cleanup;
using CloudBackup.Encryption;
using CloudBackup.Formats;
using CloudBackup.Infrastructure;
using CloudBackup.Sites;
using CloudBackup.Storage;

namespace CloudBackup.Catalog;

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
                var found = new SyncFindings();
                var run = new SyncRun(site, storage, [.. context.Keys.ListFrom(site.KeyId), .. given], observer, found);
                await FindAllAsync(run, cancellationToken).ConfigureAwait(false);
                var gone = await FindGoneAsync(run, cancellationToken).ConfigureAwait(false);
                KeepUsed(given, found);
                RemoveUnreadableRows(site, observer);
                Drop(site, gone, observer);
                Tell(site, found, observer);
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

    private static void Tell(BackupSite site, SyncFindings found, IOperationObserver observer)
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

    /// <summary>The records whose backup is not in the storage: no listing shows it, and asked for by name its backup info is not there.</summary>
    private async Task<IReadOnlyList<BackupRecord>> FindGoneAsync(SyncRun run, CancellationToken cancellationToken)
    {
        var (site, found) = (run.Site, run.Findings);
        var unlisted = context.Backups.List(site: site.Name)
            .Where(record => record.Backup.State is BackupState.Ready or BackupState.Partial && !found.Has(record.Backup.RemotePath))
            .ToList();
        if (unlisted.Count > 0 && found.Backups.Count == 0 && found.Locked.Count == 0 && found.Unreadable.Count == 0)
        {
            run.Observer.OnWarning(
                $"The site {site.Name} holds no backup at all, but the catalog knows {unlisted.Count}. Nothing was dropped: check that the right "
                + "disk is mounted and that path, bucket and prefix are right.");
            return [];
        }
        var gone = new List<BackupRecord>();
        var missed = 0;
        foreach (var record in unlisted)
        {
            var paths = BackupPaths.Of(record.Backup);
            if (found.Damaged.Contains(paths.RemotePath)
                || await StoreListing.AskPresenceAsync(run.Storage, record.Backup, cancellationToken).ConfigureAwait(false) == BackupPresence.Gone)
            {
                gone.Add(record);
                continue;
            }
            if (await run.Storage.FindAsync(paths.Info, cancellationToken).ConfigureAwait(false) is null)
            {
                var obstacle = await StoredProof.FindObstacleAsync(run.Storage, paths.Places, cancellationToken).ConfigureAwait(false);
                run.Observer.OnWarning(obstacle is not null
                    ? AbsentBackup.HiddenBy(record.Backup, obstacle)
                    : $"The record of {record.Backup.Id} is not in the storage of {run.Site.Name}, other objects of the backup are. The catalog keeps what it "
                    + "knows: Test-AppBackup shows what is missing, Remove-AppBackup removes the rest.");
                continue;
            }
            missed++;
            await TakeAsync(run, paths, cancellationToken).ConfigureAwait(false);
        }
        if (missed > 0)
        {
            run.Observer.OnWarning(
                $"The listings of the site {site.Name} do not show {missed} backups that it has: asked for by name, they are there. Their records stay. "
                + "Test-BackupSite may find the cause; tell the operator of the storage.");
        }
        return gone;
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
