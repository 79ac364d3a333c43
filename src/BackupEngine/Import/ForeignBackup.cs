using CloudBackup.Formats;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Sites;
using CloudBackup.Storage;
using CloudBackup.Sync;

namespace CloudBackup.Import;

/// <summary>Finds an app backup by its path in a storage, from any platform. Only reads.</summary>
internal sealed class ForeignBackup(EngineContext context, RestoreSite source, IBackupStorage storage)
{
    /// <summary>Opens the record of the backup.</summary>
    /// <param name="remotePath">The path below the prefix, without extension.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The record, and whether it is known to be one of this platform or of another one that has its key.</returns>
    /// <exception cref="BackupException">There is none, it is no app's, it is incomplete, or no key opens it.</exception>
    public async Task<(StoredInfo Stored, bool IsTrusted)> OpenAsync(string remotePath, CancellationToken cancellationToken)
    {
        var site = source.Site.Name;
        foreach (var paths in new[] { new BackupPaths(remotePath, false), new BackupPaths(remotePath, true) })
        {
            if (await storage.FindAsync(paths.Info, cancellationToken).ConfigureAwait(false) is null)
            {
                continue;
            }
            var bytes = await SmallObject.ReadAsync(storage, paths.Info, cancellationToken).ConfigureAwait(false);
            var stored = source.Open(bytes, paths);
            if (stored.Info.AppId is null)
            {
                throw BackupErrors.ImportOfPlatform(stored.Info.Id);
            }
            return await StoredBackup.IsCompleteAsync(storage, stored, cancellationToken).ConfigureAwait(false)
                ? (stored, stored.Opener is not null || IsKnown(stored.Info.Id, bytes))
                : throw BackupErrors.BackupDamaged(stored.Info.Id, "an object that its record names is missing or has another size.");
        }
        throw BackupErrors.ImportNotFound(site, remotePath);
    }

    private bool IsKnown(string id, byte[] bytes) =>
        context.Backups.Find(id) is { IsLocal: true } record && record.InfoHash == StoredInfo.HashOf(bytes);
}
