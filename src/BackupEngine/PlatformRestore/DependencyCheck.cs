using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.Formats;
using CloudBackup.Layout;
using CloudBackup.Storage;
using CloudBackup.Sync;

namespace CloudBackup.PlatformRestore;

/// <summary>Looks for the app backups that a platform backup depends on: that each is there, whole, and can be opened. Only reads.</summary>
internal sealed class DependencyCheck(IBackupStorage storage, IReadOnlyList<BackupKeys> keys)
{
    private const int AtATime = 8;

    /// <summary>Looks at all of them, and returns an entry for each app of the platform, in the same order.</summary>
    public async Task<IReadOnlyList<AppToRestore>> RunAsync(BackupInfo platform, PlatformContent content, CancellationToken cancellationToken)
    {
        var backups = (platform.Apps ?? []).ToDictionary(app => app.AppId, app => app.BackupId);
        var found = new AppToRestore[content.Apps.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, found.Length, options, async (number, token) =>
        {
            var app = content.Apps[number];
            found[number] = await FindAsync(app, backups.GetValueOrDefault(app.Id), content.Backups, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return found;
    }

    private async Task<AppToRestore> FindAsync(BackupApp app, string? backupId, BackupStore backups, CancellationToken cancellationToken)
    {
        var record = backupId is null ? null : backups.Find(backupId);
        var wanted = new AppToRestore(app, backupId, record, null, null);
        if (backupId is null)
        {
            return wanted;
        }
        if (record is null)
        {
            return wanted with { Failure = BackupErrors.DependencyMissing(backupId, app.Location, "the catalog in the platform backup does not know it") };
        }
        try
        {
            return wanted with { Info = await ReadAsync(record, cancellationToken).ConfigureAwait(false) };
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.NotFound)
        {
            return wanted with { Failure = BackupErrors.DependencyMissing(backupId, app.Location, "it is not in the storage") };
        }
        catch (BackupException failure)
        {
            return wanted with { Failure = failure };
        }
    }

    private async Task<BackupInfo> ReadAsync(BackupRecord record, CancellationToken cancellationToken)
    {
        var paths = BackupPaths.Of(record.Backup);
        var bytes = await SmallObject.ReadAsync(storage, paths.Info, cancellationToken).ConfigureAwait(false);
        if (record.InfoHash is { } hash && hash != StoredInfo.HashOf(bytes))
        {
            throw BackupErrors.BackupDamaged(record.Backup.Id, "its record in the storage is not the one that the platform backup knows.");
        }
        var stored = StoredInfo.Open(bytes, paths, keys);
        return await StoredBackup.IsCompleteAsync(storage, stored, cancellationToken).ConfigureAwait(false)
            ? stored.Info
            : throw BackupErrors.BackupDamaged(record.Backup.Id, "an object that its record names is missing or has another size.");
    }
}
