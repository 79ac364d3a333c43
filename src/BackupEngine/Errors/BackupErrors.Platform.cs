using CloudBackup.FileTree;

namespace CloudBackup;

/// <summary>Failures with the platform as a whole, its backups and their restore.</summary>
internal static partial class BackupErrors
{
    public static BackupException PlatformBusy(string owner) => new(
        nameof(PlatformBusy),
        BackupErrorCategory.Busy,
        $"The platform is in use: {owner}. Try again when that is done.");

    public static BackupException AppBackupPartial(string id, string location, string? missing) => new(
        nameof(AppBackupPartial),
        BackupErrorCategory.SourceUnreadable,
        $"The backup {id} is Partial: {missing ?? "something could not be read"}. The platform "
        + $"backup depends on the latest Ready backup of {location}, if there is one. Repair the app's data, and repeat the backup.",
        location);

    public static BackupException PlatformBackupNotFound(string id) => new(
        nameof(PlatformBackupNotFound),
        BackupErrorCategory.NotFound,
        $"There is no platform backup '{id}'. Get-PlatformBackup lists all; Sync-BackupCatalog finds those that only the storage knows.",
        id);

    public static BackupException ExtraDirectoryUnusable(string path, FileTreeException failure) => new(
        nameof(ExtraDirectoryUnusable),
        failure.Kind == FileTreeErrorKind.NotFound ? BackupErrorCategory.NotFound : BackupErrorCategory.SourceUnreadable,
        $"The platform's extra directory '{path}' cannot be opened: {failure.Reason}. If it is on a disk of its own, mount it; if it is no "
        + "longer the platform's, change the list with Set-Platform -ExtraDirectory.",
        path,
        failure);

    public static BackupException ExtraDirectoryOverlaps(string path, string other, string othersOwner) => new(
        nameof(ExtraDirectoryOverlaps),
        BackupErrorCategory.InvalidInput,
        $"The extra directory '{path}' overlaps '{other}', {othersOwner}. Name folders that do not contain each other.",
        path);

    public static BackupException CatalogDamaged(string path, string defect) => new(
        nameof(CatalogDamaged),
        BackupErrorCategory.Damaged,
        $"The catalog '{path}' is damaged ({defect}), and was not backed up. Restore the platform from an older backup, or move the catalog away: "
        + "sites and apps must then be registered again, and Sync-BackupCatalog brings the backups back.",
        path);

    public static BackupException PlatformRecordUnreadable() => new(
        nameof(PlatformRecordUnreadable),
        BackupErrorCategory.Damaged,
        "The catalog cannot read the id of this platform, which its storages know it by. Nothing was changed. Restore the platform with Restore-Platform, or "
        + "move platform.db away, register sites and apps again, and run Sync-BackupCatalog.");

    public static BackupException DependencyGone(string id, string site) => new(
        nameof(DependencyGone),
        BackupErrorCategory.InvalidState,
        $"The app backup '{id}' was removed from the site '{site}' while the platform was backed up, which depends on it. Back up again.",
        id);

    public static BackupException BackupNeeded(string id, string platformBackupId) => new(
        nameof(BackupNeeded),
        BackupErrorCategory.InvalidState,
        $"The backup '{id}' is needed by the platform backup '{platformBackupId}', which could not be restored whole without it. Remove that "
        + "first, or use -IncludeRequired.",
        id);

    public static BackupException AppNotRestored(string location, string backupId) => new(
        nameof(AppNotRestored),
        BackupErrorCategory.InvalidState,
        $"The restore of {location} from '{backupId}' was not finished, so no backup is made of it. Finish it the "
        + $"way it began: with Restore-AppBackup {backupId}, or with Copy-BackupApp or Import-AppBackup again.",
        location);

    public static BackupException FromUnforeseen(string what, Exception inner) => MachineFailure.Explain(inner) ?? Unexpected(what, inner);

    public static BackupException Unexpected(string what, Exception inner) => new(
        nameof(Unexpected),
        BackupErrorCategory.Internal,
        $"{what} failed in a way that was not foreseen: {inner.GetType().Name}: {inner.Message}",
        what,
        inner);
}
