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
            await foreach (var item in run.Storage.ListAsync(folder.Path, recursive: false, cancellationToken).ConfigureAwait(false))
            {
                if (!item.IsFolder && BackupNames.IsBackup(item.Name) && BackupPaths.OfInfo(item.Path) is { } paths)
                {
                    await TakeAsync(run, paths, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task TakeAsync(SyncRun run, BackupPaths paths, CancellationToken cancellationToken)
    {
        var (site, storage, keys, observer, found) = run;
        try
        {
            if (await StoredBackup.TryReadAsync(storage, site, paths, keys, context.Random, cancellationToken).ConfigureAwait(false)
                is not { } stored)
            {
                found.Looked.Add(paths.RemotePath);
                observer.OnWarning(
                    $"{paths.RemotePath} on {site.Name} is incomplete: an object that its record names is missing or has another size.");
                return;
            }
            // What this platform wrote itself stays trusted as long as it is the same.
            var known = context.Backups.FindByPath(site.Name, paths.RemotePath);
            var record = stored with { IsLocal = known is { IsLocal: true } && known.InfoHash == stored.InfoHash };
            if (known is not null && known.Backup.Id != stored.Backup.Id)
            {
                context.Backups.Remove(known.Backup.Id);
            }
            context.Backups.Save(record);
            found.Backups[paths.RemotePath] = record.Backup;
        }
        catch (BackupException failure) when (failure.ErrorId == nameof(BackupErrors.NoKeyFits))
        {
            observer.OnDetail(failure.Message);
            found.Locked.Add(paths.RemotePath);
        }
        catch (BackupException failure) when (failure.Category == BackupErrorCategory.Damaged)
        {
            observer.OnWarning(failure.Message);
            found.Damaged.Add(paths.RemotePath); // it is there: its record stays
        }
    }

    private static void Tell(BackupSite site, Findings found, IOperationObserver observer)
    {
        observer.OnStep($"The site {site.Name} holds {found.Backups.Count} backups.");
        if (found.Locked.Count > 0)
        {
            observer.OnWarning(
                $"{found.Locked.Count} backups on {site.Name} are encrypted with a password that this platform does not know, such as "
                + $"{found.Locked.First()}. Give it to Sync-BackupCatalog -Password.");
        }
    }

    /// <summary>The records whose backup is not in the storage: no listing shows it, and asked for by name its backup info is not there.</summary>
    private async Task<IReadOnlyList<BackupRecord>> FindGoneAsync(SyncRun run, CancellationToken cancellationToken)
    {
        var (site, found) = (run.Site, run.Findings);
        var unlisted = context.Backups.List(site: site.Name)
            .Where(record => record.Backup.State is BackupState.Ready or BackupState.Partial && !found.Has(record.Backup.RemotePath))
            .ToList();
        if (unlisted.Count > 0 && found.Backups.Count == 0 && found.Locked.Count == 0)
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

        /// <summary>Backups whose backup info cannot be read.</summary>
        public HashSet<string> Damaged { get; } = new(StringComparer.Ordinal);

        public bool Has(string remotePath) =>
            Backups.ContainsKey(remotePath) || Locked.Contains(remotePath) || Damaged.Contains(remotePath);
    }
}
