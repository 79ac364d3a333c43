using CloudBackup.Formats;
using CloudBackup.Infrastructure;
using CloudBackup.Sites;
using CloudBackup.Storage;

namespace CloudBackup.Catalog;

/// <summary>
/// Makes the catalog say what a site's storage holds. A backup that is found becomes known; a record whose backup is gone is dropped,
/// unless the storage seems to hold nothing at all, which is more likely a wrong or unmounted place than the truth.
/// </summary>
internal sealed class CatalogSynchronizer(EngineContext context, SiteStorage storages)
{
    /// <summary>Synchronizes one site and returns the backups that it holds.</summary>
    public async Task<IReadOnlyList<AppBackup>> RunAsync(string? siteName, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var site = storages.Resolve(siteName);
        return await storages.UseAsync(site, observer, async storage =>
        {
            var found = await FindAllAsync(site, storage, observer, cancellationToken).ConfigureAwait(false);
            DropMissing(site, found, observer);
            observer.OnStep($"The site {site.Name} holds {found.Count} backups.");
            return (IReadOnlyList<AppBackup>)[.. found.Values.OrderByDescending(backup => backup.Created)];
        }).ConfigureAwait(false);
    }

    private async Task<Dictionary<string, AppBackup>> FindAllAsync(
        BackupSite site, IBackupStorage storage, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, AppBackup>(StringComparer.Ordinal);
        await foreach (var folder in storage.ListAsync("", recursive: false, cancellationToken).ConfigureAwait(false))
        {
            if (!folder.IsFolder || !BackupNames.IsTag(folder.Name))
            {
                continue;
            }
            observer.OnDetail($"Looking into {folder.Path}.");
            await foreach (var item in storage.ListAsync(folder.Path, recursive: false, cancellationToken).ConfigureAwait(false))
            {
                if (!item.IsFolder && item.Name.StartsWith("app_", StringComparison.Ordinal)
                    && item.Name.EndsWith(BackupNames.InfoExtension, StringComparison.Ordinal))
                {
                    var remotePath = item.Path[..^BackupNames.InfoExtension.Length];
                    if (await TakeAsync(site, storage, remotePath, observer, cancellationToken).ConfigureAwait(false) is { } backup)
                    {
                        found.Add(remotePath, backup);
                    }
                }
            }
        }
        return found;
    }

    private async Task<AppBackup?> TakeAsync(
        BackupSite site, IBackupStorage storage, string remotePath, IOperationObserver observer, CancellationToken cancellationToken)
    {
        try
        {
            if (await StoredBackup.TryReadAsync(storage, site, remotePath, cancellationToken).ConfigureAwait(false) is not { } stored)
            {
                observer.OnWarning($"{remotePath} on {site.Name} is incomplete: an object that its record names is missing or has another size.");
                return null;
            }
            // What this platform wrote itself stays trusted as long as it is the same.
            var known = context.Backups.FindByPath(site.Name, remotePath);
            var record = stored with { IsLocal = known is { IsLocal: true } && known.InfoHash == stored.InfoHash };
            if (known is not null && known.Backup.Id != stored.Backup.Id)
            {
                context.Backups.Remove(known.Backup.Id);
            }
            context.Backups.Save(record);
            return record.Backup;
        }
        catch (BackupException failure) when (failure.Category == BackupErrorCategory.Damaged)
        {
            observer.OnWarning(failure.Message);
            return null;
        }
    }

    private void DropMissing(BackupSite site, Dictionary<string, AppBackup> found, IOperationObserver observer)
    {
        var gone = context.Backups.List(site: site.Name)
            .Where(record => record.Backup.State is BackupState.Ready or BackupState.Partial && !found.ContainsKey(record.Backup.RemotePath))
            .ToList();
        if (gone.Count == 0)
        {
            return;
        }
        if (found.Count == 0)
        {
            observer.OnWarning(
                $"The site {site.Name} holds no backup at all, but the catalog knows {gone.Count}. Nothing was dropped: check that the right "
                + "disk is mounted and that path, bucket and prefix are right.");
            return;
        }
        foreach (var record in gone)
        {
            observer.OnWarning($"The backup {record.Backup.Id} is gone from the site {site.Name}; its record is dropped.");
            context.Backups.Remove(record.Backup.Id);
        }
    }
}
