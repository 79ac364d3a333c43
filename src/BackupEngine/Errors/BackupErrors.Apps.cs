namespace CloudBackup;

/// <summary>Failures of clones, imports and updates of apps.</summary>
internal static partial class BackupErrors
{
    public static BackupException DataDirectoryTaken(string path, string whose, string other, string othersOwner) => new(
        nameof(DataDirectoryTaken),
        BackupErrorCategory.AlreadyExists,
        $"'{path}', {whose}, overlaps '{other}', {othersOwner}: what is restored into one would replace the other. "
        + "Take folders that do not contain each other.",
        path);

    public static BackupException AppNotBroughtUp(string location, BackupException inner) => new(
        nameof(AppNotBroughtUp),
        inner.Category,
        $"{location} did not come up, and was removed again with its data: {inner.InnerException?.Message ?? inner.Message}",
        location,
        inner);

    public static BackupException UpdateNotNeeded(string location, string version) => new(
        nameof(UpdateNotNeeded),
        BackupErrorCategory.InvalidState,
        $"{location} has version {version} already.",
        location);

    public static BackupException UpdateBackupFailed(string location, BackupException inner) => new(
        nameof(UpdateBackupFailed),
        inner.Category,
        $"{location} was not updated, because it could not be backed up first: {inner.Message} To update without a way back, use -SkipBackup.",
        location,
        inner);

    public static BackupException SiteKeepsNothing(string site) => new(
        nameof(SiteKeepsNothing),
        BackupErrorCategory.InvalidState,
        $"The site '{site}' keeps no backups.",
        site);

    public static BackupException UpdateNotBegun(string location, string version, Exception inner) => new(
        nameof(UpdateNotBegun),
        BackupErrorCategory.InvalidState,
        $"{location} was not updated to {version}, because it could not be stopped; its data is as it was: {inner.Message}",
        location,
        inner);

    public static BackupException UpdateRolledBack(string location, string version, string present, Exception inner) => new(
        nameof(UpdateRolledBack),
        BackupErrorCategory.InvalidState,
        $"The update of {location} to {version} failed, and it is at {present} again, with the data from before: {inner.Message}",
        location,
        inner);

    public static BackupException UpdateFailed(string location, string version, Exception inner) => new(
        nameof(UpdateFailed),
        BackupErrorCategory.InvalidState,
        $"The update of {location} to {version} failed, and no backup can be restored: {inner.Message}",
        location,
        inner);

    public static BackupException UpdateNotUndone(string location, string backupId, Exception cause, Exception inner) => new(
        nameof(UpdateNotUndone),
        BackupErrorCategory.InvalidState,
        $"The update of {location} failed ({cause.Message}), and so did going back: {inner.Message} Try again with Restore-AppBackup {backupId}.",
        location,
        inner);

    public static BackupException UpdateInterrupted(string location, string? wayBack) => new(
        nameof(UpdateInterrupted),
        BackupErrorCategory.InvalidState,
        wayBack is null
            ? $"An update of {location} was interrupted before anything was installed, or had no backup to go back to. Run "
                + "Update-BackupApp again, or check the app, and confirm its version with Set-BackupApp -Version."
            : $"An update of {location} was interrupted. Its version and data are in doubt: go back with Restore-AppBackup {wayBack}, or run "
                + "Update-BackupApp again, which goes back to that backup when it fails. If the app is healthy after all, confirm the version with "
                + "Set-BackupApp -Version.",
        location);
}
