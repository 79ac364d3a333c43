using CloudBackup.Infrastructure;

namespace CloudBackup;

/// <summary>Failures of restores of apps and of the platform.</summary>
internal static partial class BackupErrors
{
    private const int LongestPath = 80;

    public static BackupException RestoreUnfinished(string location, Exception inner) => new(
        nameof(RestoreUnfinished),
        (inner as BackupException)?.Category ?? BackupErrorCategory.InvalidState,
        $"The data of {location} is restored, but the app did not come up on it: {inner.Message} When the cause is gone, finish with "
        + "Restore-AppBackup.",
        location,
        inner);

    public static BackupException FolderReplaced(string path) => new(
        nameof(FolderReplaced),
        BackupErrorCategory.InvalidState,
        $"'{path}' was replaced by another process during the operation. Nothing was written elsewhere. "
        + "Find out who did that, then try again.",
        path);

    public static BackupException DataDirectoryReplaced(string location, string reason) => new(
        nameof(DataDirectoryReplaced),
        BackupErrorCategory.InvalidState,
        $"The data directory of {location} is not the folder that you registered: {reason}. Mount its disk or move it back, or confirm the "
        + "change with Set-BackupApp -DataDirectory.",
        location);

    public static BackupException InterruptedRestoreHidden(string dataDirectory, string staging, string otherwise) => new(
        nameof(InterruptedRestoreHidden),
        BackupErrorCategory.InvalidState,
        $"A restore was interrupted while it exchanged the data in '{dataDirectory}', and '{staging}' with the old data is missing. Mount its "
        + $"disk, then repeat the command.{otherwise}",
        dataDirectory);

    public static BackupException InterruptedRestoreUncertain(string dataDirectory, string staging) => new(
        nameof(InterruptedRestoreUncertain),
        BackupErrorCategory.InvalidState,
        $"A restore of '{dataDirectory}' was interrupted. '{staging}' is there, but its inode is not the noted one: the disk was mounted again (FAT, SMB, "
        + "FUSE), or the folder was replaced. Look for the old data there ('old', 'new/data'), and move it back. Then confirm: Set-BackupApp -DataDirectory.",
        dataDirectory);

    /// <summary>The way out of <see cref="InterruptedRestoreHidden"/> for an app.</summary>
    public const string AcceptDataDirectory = " If the disk is lost, accept the present folder with Set-BackupApp -DataDirectory.";

    public static BackupException RestoreHealthUnknown(string location, string backupId) => new(
        nameof(RestoreHealthUnknown),
        BackupErrorCategory.InvalidState,
        $"A restore of {location} from {backupId} was interrupted while the app was brought up on the restored data, which stays. Whether it is "
        + "healthy is not known: restore again, or check it, and confirm its version with Set-BackupApp -Version.",
        location);

    public static BackupException SafetyBackupFailed(string location, BackupException inner) => new(
        nameof(SafetyBackupFailed),
        inner.Category,
        $"{location} was not restored, because its present state could not be backed up first: {inner.Message} If that state is worth nothing, "
        + "use -SkipSafetyBackup.",
        location,
        inner);

    public static BackupException ConfigFileUnusable(string path, Exception inner) => new(
        nameof(ConfigFileUnusable),
        inner is FileNotFoundException or DirectoryNotFoundException ? BackupErrorCategory.NotFound : BackupErrorCategory.InvalidInput,
        $"'{path}' cannot be used as the configuration of a site: {inner.Message} Make one with Export-BackupSite.",
        path,
        inner);

    public static BackupException ConfigFileUnwritable(string path, Exception inner) => new(
        nameof(ConfigFileUnwritable),
        File.Exists(path) && inner is not UnauthorizedAccessException ? BackupErrorCategory.AlreadyExists : BackupErrorCategory.AccessDenied,
        $"'{path}' cannot be written: {inner.Message}",
        path,
        inner);

    public static BackupException BackupOnOtherSite(string id, string site, string wanted) => new(
        nameof(BackupOnOtherSite),
        BackupErrorCategory.InvalidInput,
        $"The backup '{id}' is on the site '{site}', not on '{wanted}'.",
        id);

    public static BackupException PlatformBackupMissing(string site, string? wanted) => new(
        nameof(PlatformBackupMissing),
        BackupErrorCategory.NotFound,
        (wanted is null ? $"The site '{site}' holds no backup of a platform." : $"The site '{site}' does not hold the platform backup '{wanted}'.")
        + " Check that place and prefix are right; New-PlatformBackup makes such backups.",
        wanted ?? site);

    public static BackupException NewestPlatformBackupUnreadable(string site, string remotePath, string reason, string otherId) => new(
        nameof(NewestPlatformBackupUnreadable),
        BackupErrorCategory.Damaged,
        $"The newest platform backup on '{site}', '{remotePath}', cannot be read: {reason} To restore an older state instead, name the backup: -Id {otherId}.",
        remotePath);

    public static BackupException BackupRecordUnreadable(string remotePath, Exception inner) => new(
        nameof(BackupRecordUnreadable),
        BackupErrorCategory.Damaged,
        $"The record of the backup at '{remotePath}' cannot be read: {inner.Message} If a newer version of CloudBackup wrote it, update this one.",
        remotePath,
        inner);

    public static BackupException RestorePasswordNeeded(string site, string remotePath) => new(
        nameof(RestorePasswordNeeded),
        BackupErrorCategory.AccessDenied,
        $"The backup '{remotePath}' on '{site}' is encrypted. Give its password with -Password.",
        remotePath);

    public static BackupException RestorePasswordWrong(string site, string remotePath, bool isOpen = false) => new(
        nameof(RestorePasswordWrong),
        BackupErrorCategory.AccessDenied,
        $"The password does not open the backup '{remotePath}' on '{site}'"
        + (isOpen ? ", but a key of this platform does: leave -Password out to use that." : ": it was made with another one, or is damaged."),
        remotePath);

    public static BackupException DependencyMissing(string id, string location, string reason) => new(
        nameof(DependencyMissing),
        BackupErrorCategory.NotFound,
        $"The backup '{id}' of {location}, which the platform backup depends on, cannot be restored: {reason}. Take another platform backup, or "
        + "continue without the app's data with -AllowMissingBackup.",
        id);

    public static BackupException SystemFolderRefused(string path) => new(
        nameof(SystemFolderRefused),
        BackupErrorCategory.InvalidInput,
        $"The backup would fill '{OutsideText.Clean(path, LongestPath)}', where files can decide what this machine runs, and anyone who can write to the storage may "
        + "have made the backup. If you know that it is genuine, use -AllowSystemFolder.",
        path);

    public static BackupException FolderOccupied(string path, string whose) => new(
        nameof(FolderOccupied),
        BackupErrorCategory.AlreadyExists,
        $"'{path}', {whose}, is not empty. Move its content away, or take another folder; Restore-Platform -SetContentAside keeps it beside the folder.",
        path);

    public static BackupException OldDataUnmovable(string path, string reason) => new(
        nameof(OldDataUnmovable),
        BackupErrorCategory.AlreadyExists,
        $"'{path}' is not empty, and what is in it cannot be kept beside it: {reason}. Move its content away.",
        path);

    public static BackupException FolderUnwritable(string path, string whose, string reason) => new(
        nameof(FolderUnwritable),
        BackupErrorCategory.AccessDenied,
        $"'{path}', {whose}, cannot be made or filled: {reason}. Run as a user with that right, or mount the right disk.",
        path);

    public static BackupException DiskTooSmall(string place, long needed, long free) => new(
        nameof(DiskTooSmall),
        BackupErrorCategory.OutOfSpace,
        $"The disk of '{place}' has {free} bytes free, and the restore needs {needed}.",
        place);

    public static BackupException PlatformVersionMismatch(string backup, string own) => new(
        nameof(PlatformVersionMismatch),
        BackupErrorCategory.InvalidState,
        $"The platform backup was made by CloudBackup {backup}, and this is {own}. Use version {backup} of the module, or accept the difference "
        + "with -AllowVersionMismatch.",
        backup);

    public static BackupException PlatformHasApps(string home, int count) => new(
        nameof(PlatformHasApps),
        BackupErrorCategory.InvalidState,
        $"The platform in '{home}' has {count} apps already, which a restore would forget. Use another home, or -ReplacePlatform; their data is not removed.",
        home);

    public static BackupException PlatformRestoreUnfinished(string id) => new(
        nameof(PlatformRestoreUnfinished),
        BackupErrorCategory.InvalidState,
        $"A restore of the platform backup '{id}' was interrupted. Finish it by running it again, or start over with -ReplacePlatform.",
        id);

    public static BackupException NoBackupToRestore(string location) => new(
        nameof(NoBackupToRestore),
        BackupErrorCategory.NotFound,
        $"The platform backup depends on no backup of {location}: there was none. Restore another one, or set the app up anew.",
        location);
}
