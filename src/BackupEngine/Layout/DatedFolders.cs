using CloudBackup.Storage;

namespace CloudBackup.Layout;

/// <summary>The folders of a storage that backups are in, one for each run.</summary>
internal static class DatedFolders
{
    /// <summary>Lists them, in the storage's order.</summary>
    /// <exception cref="StorageException">The storage cannot be listed.</exception>
    public static IAsyncEnumerable<StoredObject> ListAsync(IBackupStorage storage, CancellationToken cancellationToken) =>
        storage.ListAsync("", recursive: false, cancellationToken).Where(IsOne);

    /// <summary>Whether something at the top of a storage is one.</summary>
    public static bool IsOne(StoredObject item) => item.IsFolder && BackupNames.IsTag(item.Name);
}
