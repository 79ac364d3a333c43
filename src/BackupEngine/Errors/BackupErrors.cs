using CloudBackup.FileTree;

namespace CloudBackup;

/// <summary>
/// Every failure that a user can meet: its stable id (the name of the method), its category and its words, in one place. A message names
/// the thing and the way out.
/// </summary>
internal static partial class BackupErrors
{
    private const string BeginAnew =
        "use Restore-Platform, or register sites and apps again and run Sync-BackupCatalog, which finds the backups in the storage.";

    public static BackupException PlatformHomeUnusable(string path, Exception inner) => new(
        nameof(PlatformHomeUnusable),
        BackupErrorCategory.AccessDenied,
        $"The platform home '{path}' cannot be used: {inner.Message} Run as its owner, or name another folder with -PlatformHome or "
        + "the environment variable CLOUDBACKUP_HOME.",
        path,
        inner);

    public static BackupException PlatformHomeRelative(string variable, string value) => new(
        nameof(PlatformHomeRelative),
        BackupErrorCategory.InvalidInput,
        $"The environment variable {variable} is '{value}', which is not an absolute path, so the platform's home would depend on the current "
        + "folder. Correct it, or name the folder with -PlatformHome or CLOUDBACKUP_HOME.",
        value);

    public static BackupException PlatformHomeUnknown() => new(
        nameof(PlatformHomeUnknown),
        BackupErrorCategory.InvalidInput,
        "This account has no home folder, so the platform has no place. Name a folder with -PlatformHome or the environment variable "
        + "CLOUDBACKUP_HOME.");

    public static BackupException PlatformNotFound(string path) => new(
        nameof(PlatformNotFound),
        BackupErrorCategory.NotFound,
        $"There is no platform in '{path}'. Check -PlatformHome and CLOUDBACKUP_HOME. New-BackupSite, Register-BackupApp, Set-Platform and "
        + "Restore-Platform create one.",
        path);

    public static BackupException CatalogMissing(string path, string sign) => new(
        nameof(CatalogMissing),
        BackupErrorCategory.Damaged,
        $"The catalog '{path}' is missing, but '{sign}' shows that a platform was here. Put the catalog back, or {BeginAnew}",
        path);

    public static BackupException CatalogUnusable(string path, string reason, Exception? inner = null) => new(
        nameof(CatalogUnusable),
        BackupErrorCategory.Damaged,
        $"The catalog '{path}' cannot be used: {reason.TrimEnd('.')}. To recover, move the file and its -wal, -shm and -journal files away, then {BeginAnew}",
        path,
        inner);

    public static BackupException CatalogBusy(string path, Exception inner) => new(
        nameof(CatalogBusy),
        BackupErrorCategory.Busy,
        $"Another process has kept the catalog '{path}' locked for too long. Try again when it is done.",
        path,
        inner);

    public static BackupException MachineFull(string what, Exception inner) => new(
        nameof(MachineFull),
        BackupErrorCategory.OutOfSpace,
        $"A disk of this machine is full: {what.TrimEnd('.')}. Free space on it, then run the command again.",
        what,
        inner);

    public static BackupException MachineAccessDenied(string what, Exception inner) => new(
        nameof(MachineAccessDenied),
        BackupErrorCategory.AccessDenied,
        $"A file on this machine cannot be opened or written: {what.TrimEnd('.')}. Run as the owner of the platform's home, and check that "
        + "the disk is mounted and not read-only.",
        what,
        inner);

    public static BackupException MachineDiskFailed(string what, Exception inner) => new(
        nameof(MachineDiskFailed),
        BackupErrorCategory.InvalidState,
        $"A disk of this machine failed: {what.TrimEnd('.')}. Check the disk and the system's log, then run the command again.",
        what,
        inner);

    public static BackupException PlatformTooNew(string path, int found, int known) => new(
        nameof(PlatformTooNew),
        BackupErrorCategory.InvalidState,
        $"The catalog '{path}' has schema {found}, and this CloudBackup knows up to {known}. Update the module.",
        path);

    public static BackupException SourceUnreadable(FileTreeException failure) => new(
        nameof(SourceUnreadable),
        BackupErrorCategory.SourceUnreadable,
        $"'{PathText.ForMessage(failure.Path)}' cannot be read: {failure.Reason}. Give the account that runs the backup the right to read it, "
        + "exclude it, or use -ContinueOnError to back up everything else (the backup is then Partial).",
        failure.Path,
        failure);

    public static BackupException SourcePathTooLong(string path, string fault) => new(
        nameof(SourcePathTooLong),
        BackupErrorCategory.SourceUnreadable,
        $"'{PathText.ForMessage(path)}' cannot be backed up: {fault}. Move it up in its tree, exclude it, or use -ContinueOnError to back up "
        + "everything else (the backup is then Partial).",
        path);

    public static BackupException SourceLost(FileTreeException failure) => new(
        nameof(SourceLost),
        BackupErrorCategory.SourceUnreadable,
        $"The folder '{PathText.ForDisplay(failure.Path)}' was unmounted, replaced or removed while it was backed up: {failure.Reason}. There is "
        + "no backup, because its content would be uncertain. Repeat it when the folder is in place.",
        failure.Path,
        failure);

    public static BackupException DataDirectoryUnusable(string location, string path, FileTreeException failure) => new(
        nameof(DataDirectoryUnusable),
        failure.Kind == FileTreeErrorKind.NotFound ? BackupErrorCategory.NotFound : BackupErrorCategory.SourceUnreadable,
        $"The data directory '{path}' of {location} cannot be opened: {failure.Reason}. If it is on a disk of its own, mount it; if the data "
        + "moved, confirm it with Set-BackupApp -DataDirectory.",
        path,
        failure);

    public static BackupException CommandNotStarted(string name, string location, string executable, Exception inner) => new(
        nameof(CommandNotStarted),
        BackupErrorCategory.CommandFailed,
        $"The {name} of {location}, '{executable}', could not be started: {inner.Message}",
        location,
        inner);

    public static BackupException CommandFailed(string name, string location, string executable, int exitCode, string output) => new(
        nameof(CommandFailed),
        BackupErrorCategory.CommandFailed,
        $"The {name} of {location}, '{executable}', failed with exit code {exitCode}."
        + (output.Length == 0 ? " It wrote nothing." : $" Its last lines:{Environment.NewLine}{output}"),
        location);

    public static BackupException TimedOut(string what, TimeSpan timeout) => new(
        nameof(TimedOut),
        BackupErrorCategory.Timeout,
        $"{what} was stopped after {timeout}: that is the site's timeout. Raise it with Set-BackupSite -Timeout.",
        what);
}
