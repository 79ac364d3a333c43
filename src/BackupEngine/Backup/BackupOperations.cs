using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Sites;

namespace CloudBackup.Backup;

/// <summary>What can be done to a backup that exists, of an app or of the platform alike.</summary>
internal sealed class BackupOperations(EngineContext context, SiteStorage storages)
{
    /// <summary>Sets label and preservation, here and in the storage.</summary>
    /// <exception cref="BackupException">The backup is none that can be kept, or the storage cannot be written to.</exception>
    public async Task<SiteBackup> AnnotateAsync(
        BackupRecord record, BackupNote note, IOperationObserver observer, CancellationToken cancellationToken)
    {
        record.Backup.RequireData();
        var changed = record.Backup with { Label = note.Label, PreserveUntil = note.PreserveUntil };
        await storages.UseAsync(storages.Resolve(changed.Site), observer, async storage =>
        {
            var sealer = changed.KeyId is { } keyId ? new BackupSealer(context.Keys.Get(keyId), encryptNames: true, context.Random) : null;
            await note.WriteAsync(storage, BackupPaths.Of(changed), sealer, cancellationToken).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);
        context.Backups.Save(record with { Backup = changed });
        return changed;
    }

    /// <summary>Removes a backup from the storage, then its record (I4): a storage that fails keeps the record for the next try.</summary>
    /// <exception cref="BackupException">It is being made, or the storage failed.</exception>
    public async Task RemoveAsync(BackupRecord record, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var backup = record.Backup;
        using var ownerLock = AppLock.TryTake(context, record.Owner, "removal of a backup", out var user)
            ?? throw (backup is AppBackup app ? BackupErrors.AppBusy(app.Location, user) : BackupErrors.PlatformBusy(user));
        await storages.UseAsync(storages.Resolve(backup.Site), observer, async storage =>
        {
            observer.OnStep($"Removing {backup.RemotePath} from {backup.Site}.");
            var failures = await new BackupRemoval(context, storage).RemoveAsync([record], cancellationToken).ConfigureAwait(false);
            return failures.TryGetValue(backup.Id, out var failure) ? throw failure : true;
        }).ConfigureAwait(false);
    }
}
