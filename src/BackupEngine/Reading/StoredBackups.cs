using CloudBackup.Catalog;
using CloudBackup.Platform;
using CloudBackup.Sites;

namespace CloudBackup.Reading;

/// <summary>The backups of the catalog, to be read from their storages.</summary>
internal sealed class StoredBackups(EngineContext context, SiteStorage storages)
{
    /// <summary>The record of an app's backup.</summary>
    /// <exception cref="BackupException">There is none of this id.</exception>
    public BackupRecord Find(string id) => context.Backups.Find(id) is { Backup: AppBackup } record ? record : throw BackupErrors.BackupNotFound(id);

    /// <summary>Opens a backup for as long as it is used.</summary>
    /// <param name="record">The backup.</param>
    /// <param name="observer">Gets what the storage logs.</param>
    /// <param name="use">Gets the open backup and its site.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="BackupException">Its site is not there, it is not restorable or damaged, or the storage failed.</exception>
    public Task<T> UseAsync<T>(
        BackupRecord record, IOperationObserver observer, Func<OpenedBackup, BackupSite, Task<T>> use, CancellationToken cancellationToken)
    {
        var site = storages.Resolve(record.Backup.Site);
        return storages.UseAsync(site, observer, async storage =>
        {
            var backup = await OpenedBackup.OpenAsync(context, record, storage, cancellationToken).ConfigureAwait(false);
            await using var _ = backup.ConfigureAwait(false);
            return await use(backup, site).ConfigureAwait(false);
        });
    }
}
