using System.Security;
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
internal sealed class CatalogSynchronizer(EngineContext context, SiteStorage storages)
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
                var found = new Findings();
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

    private void KeepUsed(List<BackupKeys> given, Findings found)
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
                }
            }
            // Of two records for one backup, only one is read: as the catalog knows it, else the one that needs a key to be forged.
            foreach (var paths in infos.OrderByDescending(paths => paths.IsEncrypted == (KnownAt(run, paths)?.Backup.Encrypted ?? true)))
            {
                await TakeAsync(run, paths, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private BackupRecord? KnownAt(SyncRun run, BackupPaths paths) => context.Backups.FindByPath(run.Site.Name, paths.RemotePath);

    private async Task TakeAsync(SyncRun run, BackupPaths paths, CancellationToken cancellationToken)
    {
        var (observer, found) = (run.Observer, run.Findings);
        if (!found.Seen.Add(paths))
        {
            return;
        }
        if (found.Has(paths.RemotePath))
        {
            observer.OnWarning($"{paths.RemotePath} on {run.Site.Name} has two records, encrypted and not. {paths.Info} is passed over.");
            return;
        }
        try
        {
            if (await ReadAsync(run, paths, cancellationToken).ConfigureAwait(false) is not { } record)
            {
                found.Looked.Add(paths.RemotePath);
                observer.OnWarning(
                    $"{paths.RemotePath} on {run.Site.Name} is incomplete: an object that its record names is missing or has another size.");
                return;
            }
            if (KnownAt(run, paths) is { IsLocal: true } own && !record.IsLocal && !record.Backup.Encrypted)
            {
                // Taking it over would make a stranger's content restorable without a word. One that a key opens is authentic (decision 4).
                found.Unreadable.Add(paths.RemotePath);
                observer.OnWarning(
                    $"The record of {own.Backup.Id} on {run.Site.Name} is not the one that this platform wrote: it was replaced. The catalog keeps what it "
                    + "knows, so the backup cannot be restored. Remove it, and find out who can write to the storage.");
                return;
            }
            if (FindRival(record.Backup) is { } rival)
            {
                found.Unreadable.Add(paths.RemotePath);
                found.Rivals.Add(rival);
                return;
            }
            context.Backups.SaveFound(record);
            found.Backups[paths.RemotePath] = record.Backup;
        }
        catch (BackupException failure) when (failure.ErrorId == nameof(BackupErrors.NoKeyFits))
        {
            observer.OnDetail(failure.Message);
            found.Locked.Add(paths.RemotePath);
        }
        catch (Exception failure) when (failure is BackupException { Category: BackupErrorCategory.Damaged } or StorageException { IsRetriable: false })
        {
            // One record that cannot be read says nothing of the others. It is there: what the catalog knows of it stays.
            found.Unreadable.Add(paths.RemotePath);
            observer.OnWarning(failure.Message);
        }
    }

    private async Task<BackupRecord?> ReadAsync(SyncRun run, BackupPaths paths, CancellationToken cancellationToken)
    {
        BackupException? badNote = null;
        var knownHash = KnownAt(run, paths)?.InfoHash;
        var stored = await StoredBackup.TryReadAsync(
            run.Storage, run.Site, paths, run.Keys, context.Random, knownHash, failure => badNote = failure, cancellationToken).ConfigureAwait(false);
        if (stored is null)
        {
            return null;
        }
        // What this platform wrote itself stays trusted as long as it is the same.
        stored = stored with { IsLocal = context.Backups.IsOwnInfo(run.Site.Name, paths.RemotePath, stored.InfoHash!) };
        if (KnownAt(run, paths) is not { } known || known.Backup.Id != stored.Backup.Id)
        {
            Warn(badNote);
            return stored;
        }
        var kept = stored with { Backup = stored.Backup with { Label = known.Backup.Label, PreserveUntil = known.Backup.PreserveUntil } };
        if (badNote is null && known.IsLocal && kept.Backup != stored.Backup
            && await run.Storage.FindAsync(paths.Note, cancellationToken).ConfigureAwait(false) is null)
        {
            // An absent note proves nothing, and must not end a preservation.
            run.Observer.OnWarning(
                $"The note of {known.Backup.Id} on {run.Site.Name} is missing. Its label and preservation stay as the catalog knows them; Set-AppBackup stores them "
                + "again.");
            return kept;
        }
        Warn(badNote);
        return badNote is null ? stored : kept;

        void Warn(BackupException? failure)
        {
            if (failure is not null)
            {
                run.Observer.OnWarning(failure.Message);
            }
        }
    }

    /// <summary>Another backup that has the id already; null when there is none.</summary>
    private SiteBackup? FindRival(SiteBackup backup) => context.Backups.Find(backup.Id)?.Backup is { } other
        && (other.RemotePath != backup.RemotePath || !string.Equals(other.Site, backup.Site, StringComparison.OrdinalIgnoreCase))
        ? other
        : null;

    private static void Tell(BackupSite site, Findings found, IOperationObserver observer)
    {
        observer.OnStep($"The site {site.Name} holds {found.Backups.Count} backups.");
        if (found.Rivals.Count > 0)
        {
            var (count, first) = (found.Rivals.Count, found.Rivals[0]);
            observer.OnWarning(
                $"{count} backups on {site.Name} have ids of backups that the catalog knows elsewhere, such as {first.RemotePath} on {first.Site}. They "
                + "are passed over: remove the copies, or the site that you no longer use (Remove-BackupSite), and repeat.");
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
            if (found.Looked.Contains(paths.RemotePath)
                || await run.Storage.FindAsync(paths.Info, cancellationToken).ConfigureAwait(false) is null)
            {
                gone.Add(record);
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
            context.Backups.Remove(record.Backup.Id);
        }
    }

    private sealed record SyncRun(
        BackupSite Site, IBackupStorage Storage, IReadOnlyList<BackupKeys> Keys, IOperationObserver Observer, Findings Findings);

    /// <summary>What the storage holds, by remote path.</summary>
    private sealed class Findings
    {
        public Dictionary<string, SiteBackup> Backups { get; } = new(StringComparer.Ordinal);

        /// <summary>Backups that no key opens.</summary>
        public SortedSet<string> Locked { get; } = new(StringComparer.Ordinal);

        /// <summary>Backups whose backup info was there and was found to describe no whole backup.</summary>
        public HashSet<string> Looked { get; } = new(StringComparer.Ordinal);

        /// <summary>Backups whose record is there and says nothing: what the catalog knows of them stays.</summary>
        public HashSet<string> Unreadable { get; } = new(StringComparer.Ordinal);

        /// <summary>Backups that the catalog knows elsewhere, and whose ids were found here.</summary>
        public List<SiteBackup> Rivals { get; } = [];

        /// <summary>Backup infos that were looked at: a listing may show one twice.</summary>
        public HashSet<BackupPaths> Seen { get; } = [];

        public bool Has(string remotePath) =>
            Backups.ContainsKey(remotePath) || Locked.Contains(remotePath) || Unreadable.Contains(remotePath);
    }
}
