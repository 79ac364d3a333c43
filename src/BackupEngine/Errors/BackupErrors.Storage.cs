using CloudBackup.FileTree;
using CloudBackup.Storage;

namespace CloudBackup;

/// <summary>Failures with backups and their storage.</summary>
internal static partial class BackupErrors
{
    /// <summary>A storage's refusal, told for the site that it belongs to. The id names the kind.</summary>
    public static BackupException FromStorage(string site, StorageException failure)
    {
        var (id, category, wayOut) = failure.Kind switch
        {
            StorageErrorKind.NotFound => ("StorageNotFound", BackupErrorCategory.NotFound, ""),
            StorageErrorKind.AccessDenied => ("StorageAccessDenied", BackupErrorCategory.AccessDenied, " Check rights and credentials."),
            StorageErrorKind.AlreadyExists => ("StorageAlreadyExists", BackupErrorCategory.AlreadyExists, ""),
            StorageErrorKind.OutOfSpace => ("StorageOutOfSpace", BackupErrorCategory.OutOfSpace, " Remove old backups or enlarge the storage."),
            StorageErrorKind.Throttled => ("StorageThrottled", BackupErrorCategory.StorageUnavailable, " Lower the site's concurrency."),
            StorageErrorKind.Transient => ("StorageUnavailable", BackupErrorCategory.StorageUnavailable, " Try again later."),
            StorageErrorKind.Corrupt => ("StorageCorrupt", BackupErrorCategory.Damaged, ""),
            StorageErrorKind.Misconfigured => ("StorageMisconfigured", BackupErrorCategory.InvalidInput, ""),
            _ => ("StorageFailed", BackupErrorCategory.StorageUnavailable, ""),
        };
        return new(id, category, $"Site '{site}': {failure.Message}{wayOut}", site, failure);
    }

    public static BackupException BackupNotFound(string id) => new(
        nameof(BackupNotFound),
        BackupErrorCategory.NotFound,
        $"There is no backup '{id}'. Get-AppBackup lists all; Sync-BackupCatalog finds those that only the storage knows.",
        id);

    public static BackupException BackupNotRestorable(AppBackup backup) => new(
        nameof(BackupNotRestorable),
        BackupErrorCategory.InvalidState,
        $"The backup '{backup.Id}' is {backup.State}: only Ready and Partial backups can be read.",
        backup.Id);

    public static BackupException BackupDamaged(string id, string reason, Exception? inner = null) => new(
        nameof(BackupDamaged),
        BackupErrorCategory.Damaged,
        $"The backup '{id}' is damaged: {reason}",
        id,
        inner);

    public static BackupException BackupHostile(string id, string path, string reason) => new(
        nameof(BackupHostile),
        BackupErrorCategory.Damaged,
        $"The backup '{id}' holds an entry that no backup of ours holds, '{PathText.ForDisplay(path)}': {reason}. Nothing was changed.",
        id);

    public static BackupException DestinationNotEmpty(string path) => new(
        nameof(DestinationNotEmpty),
        BackupErrorCategory.AlreadyExists,
        $"The destination '{path}' is not an empty folder. Name a new or an empty one.",
        path);

    public static BackupException DestinationUnusable(string path, FileTreeException failure) => new(
        nameof(DestinationUnusable),
        failure.Kind switch
        {
            FileTreeErrorKind.OutOfSpace => BackupErrorCategory.OutOfSpace,
            FileTreeErrorKind.NotFound => BackupErrorCategory.NotFound,
            _ => BackupErrorCategory.AccessDenied,
        },
        $"Cannot restore to '{path}': {failure.Message} What was there before is untouched.",
        path,
        failure);

    public static BackupException DestinationTooSmall(string path, long needed, long free) => new(
        nameof(DestinationTooSmall),
        BackupErrorCategory.OutOfSpace,
        $"'{path}' has {free} bytes free, and the backup needs {needed} beside the present data, which stays until the restore is complete.",
        path);

    public static BackupException MountInside(string dataDirectory, string mount) => new(
        nameof(MountInside),
        BackupErrorCategory.InvalidState,
        $"Another file system is mounted at '{mount}', inside the data directory '{dataDirectory}', which therefore cannot be replaced. "
        + "Unmount it for the restore, or restore to a folder with -Destination and copy.",
        dataDirectory);

    public static BackupException RestoreRolledBack(string location, Exception inner) => new(
        nameof(RestoreRolledBack),
        (inner as BackupException)?.Category ?? BackupErrorCategory.InvalidState,
        $"The restore of {location} failed, and its data from before is back in place: {inner.Message}",
        location,
        inner);

    public static BackupException OldDataStuck(string dataDirectory, string staging, Exception inner) => new(
        nameof(OldDataStuck),
        BackupErrorCategory.InvalidState,
        $"The data of '{dataDirectory}' from before an unfinished restore is safe in '{staging}', but cannot be moved back: {inner.Message} "
        + "Repeat the command when the cause is gone.",
        dataDirectory,
        inner);

    public static BackupException RestoreInterrupted(string location) => new(
        nameof(RestoreInterrupted),
        BackupErrorCategory.InvalidState,
        $"A restore of {location} was interrupted; its data from before is in place. Restore again, or start the app and go on.",
        location);

    public static BackupException AppNotRegistered(string location, Guid id) => new(
        nameof(AppNotRegistered),
        BackupErrorCategory.NotFound,
        $"The app of this backup, {location} ({id}), is not registered (any more). Restore to a folder with -Destination, or register it.",
        location);

    public static BackupException FormatUnavailable(BackupFormat format) => new(
        nameof(FormatUnavailable),
        BackupErrorCategory.InvalidInput,
        $"The format {format} is not available in this version.",
        format);

    public static BackupException AddonUnknown(string name) => new(
        nameof(AddonUnknown),
        BackupErrorCategory.InvalidState,
        $"The backup has an addon of the kind '{name}', which this CloudBackup does not know. Update the module.",
        name);
}
