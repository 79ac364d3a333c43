using System.Runtime.CompilerServices;
using CloudBackup.Catalog;
using CloudBackup.Formats;
using CloudBackup.Platform;
using CloudBackup.Retention;
using CloudBackup.Storage;

namespace CloudBackup.Reading;

/// <summary>Where the snapshot of an owner is, and the earlier backups that may tell what is in it.</summary>
internal static class RecordedIndexes
{
    /// <summary>The place of the snapshot that a run's backups are made from.</summary>
    public static SnapshotPlace PlaceOf(EngineContext context, BackupOwner owner, BackupSite site, IBackupStorage storage) => new()
    {
        Name = SnapshotNameOf(context, owner),
        LocalFolder = context.Home.MakeSyncFolder(site.Name),
        Random = context.Random,
        OpenEarlier = token => OpenAsync(context, owner, site, storage, token),
    };

    /// <summary>The name of an owner's snapshot. Several platforms may share a storage: "box" would be the same for all of them.</summary>
    public static string SnapshotNameOf(EngineContext context, BackupOwner owner) => (owner.AppId ?? context.Platform.Get().Id).ToString("D");

    private static async IAsyncEnumerable<IRecordedIndex> OpenAsync(
        EngineContext context,
        BackupOwner owner,
        BackupSite site,
        IBackupStorage storage,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var records = context.Backups.ListOf(owner, site.Name).Where(record =>
            record.Backup.Format == BackupFormat.Rsync && record.Backup.KeyId == site.KeyId
            && record.Backup.HoldsData).NewestFirst(record => record.Backup, context.Time.GetUtcNow());
        foreach (var record in records)
        {
            if (await TryOpenAsync(context, record, storage, cancellationToken).ConfigureAwait(false) is { } index)
            {
                yield return index;
            }
        }
    }

    private static async Task<IRecordedIndex?> TryOpenAsync(
        EngineContext context, BackupRecord record, IBackupStorage storage, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenedBackup.OpenAsync(context, record, storage, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupException)
        {
            return null; // a damaged one tells nothing, and is no hindrance
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.NotFound or StorageErrorKind.Corrupt)
        {
            return null;
        }
    }
}
