using System.Runtime.CompilerServices;
using CloudBackup.Catalog;
using CloudBackup.Formats;
using CloudBackup.Platform;
using CloudBackup.Retention;
using CloudBackup.Storage;

namespace CloudBackup.Reading;

/// <summary>The indexes of earlier backups, which tell a format what it has stored before.</summary>
internal static class RecordedIndexes
{
    /// <summary>
    /// Opens those of the backups that are like a new one, the newest first: of the same owner, on the same site, in the same format and with the
    /// same keys. Neither the catalog nor the storage is asked before the first is wanted.
    /// </summary>
    public static async IAsyncEnumerable<IRecordedIndex> OpenAsync(
        EngineContext context, SiteBackup backup, IBackupStorage storage, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var records = context.Backups.ListOf(BackupOwner.Of(backup), backup.Site).Where(record =>
            record.Backup.Format == backup.Format && record.Backup.KeyId == backup.KeyId
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
