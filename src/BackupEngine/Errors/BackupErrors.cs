using CloudBackup.FileTree;

namespace CloudBackup;

/// <summary>
/// Every failure that a user can meet: its stable id (the name of the method), its category and its words, in one place. A message names
/// the thing and the way out.
/// </summary>
internal static partial class BackupErrors
{
    public static BackupException PlatformHomeUnusable(string path, Exception inner) => new(
        nameof(PlatformHomeUnusable),
        BackupErrorCategory.AccessDenied,
        $"The platform home '{path}' cannot be used: {inner.Message} Run as its owner, or name another folder with -PlatformHome or "
        + "the environment variable CLOUDBACKUP_HOME.",
        path,
        inner);

    public static BackupException CatalogUnusable(string path, Exception inner) => new(
        nameof(CatalogUnusable),
        BackupErrorCategory.InvalidState,
        $"The catalog '{path}' cannot be used: {inner.Message} If it is damaged, move it away: sites and apps must then be registered again, "
        + "and Sync-BackupCatalog brings the backups back from the storage.",
        path,
        inner);

    public static BackupException PlatformTooNew(string path, int found, int known) => new(
        nameof(PlatformTooNew),
        BackupErrorCategory.InvalidState,
        $"The catalog '{path}' has schema {found}, and this CloudBackup knows up to {known}. Update the module.",
        path);

    public static BackupException SourceUnreadable(FileTreeException failure) => new(
        nameof(SourceUnreadable),
        BackupErrorCategory.SourceUnreadable,
        $"'{PathText.ForDisplay(failure.Path)}' cannot be read: {failure.Reason}. Give the account that runs the backup the right to read it, "
        + "exclude it, or use -ContinueOnError to back up everything else (the backup is then Partial).",
        failure.Path,
        failure);

    public static BackupException SourceLost(FileTreeException failure) => new(
        nameof(SourceLost),
        BackupErrorCategory.SourceUnreadable,
        $"The folder '{PathText.ForDisplay(failure.Path)}' was unmounted, replaced or removed while it was backed up: {failure.Reason}. There is "
        + "no backup, since nobody knows what would be missing from it. Repeat it when the folder is in place.",
        failure.Path,
        failure);

    public static BackupException DataDirectoryUnusable(string location, string path, FileTreeException failure) => new(
        nameof(DataDirectoryUnusable),
        failure.Kind == FileTreeErrorKind.NotFound ? BackupErrorCategory.NotFound : BackupErrorCategory.SourceUnreadable,
        $"The data directory '{path}' of {location} cannot be opened: {failure.Reason}. If it is on a disk of its own, mount it; if the data "
        + "moved, tell with Set-BackupApp -DataDirectory.",
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
