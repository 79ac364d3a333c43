using CloudBackup.FileTree;

namespace CloudBackup;

/// <summary>Failures with backups and their storage.</summary>
internal static partial class BackupErrors
{
    /// <summary>A storage's refusal, told for the site that it belongs to.</summary>
    /// <param name="id">Names the kind of the refusal.</param>
    /// <param name="category">What it means.</param>
    /// <param name="site">The site.</param>
    /// <param name="message">What happened, and the way out.</param>
    /// <param name="failure">The refusal.</param>
    public static BackupException FromStorage(string id, BackupErrorCategory category, string site, string message, Exception failure) =>
        new(id, category, $"Site '{site}': {message}", site, failure);

    public static BackupException AppHasNoBackup(string location) => new(
        nameof(AppHasNoBackup),
        BackupErrorCategory.NotFound,
        $"The app {location} has no Ready backup. Make one with New-AppBackup {location}.",
        location);

    public static BackupException BackupNotValid(string id, string site, string? problem) => new(
        nameof(BackupNotValid),
        BackupErrorCategory.Damaged,
        $"The backup {id} on site '{site}' is not valid: {problem?.TrimEnd('.') ?? "it is incomplete"}. "
        + "The test result lists all problems. Make a new backup, and restore an older one if you need one now.",
        id);

    public static BackupException BackupsNotFound(string name) => new(
        nameof(BackupsNotFound),
        BackupErrorCategory.NotFound,
        $"'{name}' is neither an app nor a backup. Get-BackupApp lists the apps, Get-AppBackup the backups, and Sync-BackupCatalog finds backups "
        + "that are in the storage.",
        name);

    public static BackupException BackupIdExpected(string given, string location) => new(
        nameof(BackupIdExpected),
        BackupErrorCategory.InvalidInput,
        $"'{given}' is the app {location}, and a backup is needed. Get-AppBackup {location} lists its backups with their ids. Get-AppBackup "
        + $"{location} -Newest writes the newest one, which you can pipe.",
        given);

    public static BackupException BackupNotFound(string id) => new(
        nameof(BackupNotFound),
        BackupErrorCategory.NotFound,
        $"There is no backup '{id}'. Get-AppBackup lists all; Sync-BackupCatalog finds those that only the storage knows.",
        id);

    public static BackupException ItemNotFound(string id, string path) => new(
        nameof(ItemNotFound),
        BackupErrorCategory.NotFound,
        $"The backup '{id}' has no item '{PathText.ForDisplay(path)}'. Get-AppBackupItem lists what it has; capitals count.",
        path);

    public static BackupException BackupNotRestorable(string id, string state) => new(
        nameof(BackupNotRestorable),
        BackupErrorCategory.InvalidState,
        $"The backup '{id}' is {state}: only Ready and Partial backups can be read.",
        id);

    public static BackupException BackupDamaged(string id, string reason, Exception? inner = null) => new(
        nameof(BackupDamaged),
        BackupErrorCategory.Damaged,
        $"The backup '{id}' is damaged: {reason}",
        id,
        inner);

    public static BackupException NoKeyFits(string remotePath) => new(
        nameof(NoKeyFits),
        BackupErrorCategory.AccessDenied,
        $"The backup at '{remotePath}' is encrypted, and no password that this platform knows opens it: it was made with another one, or is "
        + "damaged. Give its password to Sync-BackupCatalog -Password.",
        remotePath);

    public static BackupException SnapshotBusy(string snapshot, TimeSpan wait) => new(
        nameof(SnapshotBusy),
        BackupErrorCategory.Busy,
        $"Another machine is changing '{snapshot}', which this backup would be made from. If both run with the same configuration, such as an old "
        + "server and the one that it was moved to, stop one, or give one another -Prefix. If the other one died, this works again after "
        + $"{wait.TotalMinutes} minutes.",
        snapshot);

    public static BackupException SnapshotShared(string snapshot) => new(
        nameof(SnapshotShared),
        BackupErrorCategory.InvalidState,
        $"Another machine has changed '{snapshot}' while this backup was made from it: it was not kept, because its content is uncertain. "
        + "If both run with the same configuration, such as an old server and the one that it was moved to, stop one, or give one another -Prefix.",
        snapshot);

    public static BackupException BackupPlaceTaken(string remotePath) => new(
        nameof(BackupPlaceTaken),
        BackupErrorCategory.AlreadyExists,
        $"There is something at '{remotePath}' already, where this backup would be stored: of another platform that backs up an app of the same "
        + "name, or of a time to which the clock was set back. It stays as it is. Repeat the backup; give each platform a -Prefix of its own.",
        remotePath);

    public static BackupException KeyMissing(string keyId) => new(
        nameof(KeyMissing),
        BackupErrorCategory.AccessDenied,
        $"This platform does not have the keys {keyId} any more. Give their password to Sync-BackupCatalog -Password (for backups that "
        + "exist) or Set-BackupSite -Password (for new ones).",
        keyId);

    public static BackupException KeyUnreadable(string keyId, Exception inner) => new(
        nameof(KeyUnreadable),
        BackupErrorCategory.Damaged,
        $"The file of the keys {keyId} in the platform home's secrets folder is damaged. Remove it, and give the password again to "
        + "Set-BackupSite -Password or Sync-BackupCatalog -Password.",
        keyId,
        inner);

    public static BackupException WrongPassword(string site) => new(
        nameof(WrongPassword),
        BackupErrorCategory.AccessDenied,
        $"The storage of the site '{site}' holds backups that were encrypted with another password. Give that one; it can be changed for new "
        + "backups with Set-BackupSite -Password. If it is lost, use another prefix.",
        site);

    public static BackupException PasswordEmpty() => new(
        nameof(PasswordEmpty),
        BackupErrorCategory.InvalidInput,
        "The password is empty: it would protect nothing.");

    public static BackupException PasswordContradiction(string site) => new(
        nameof(PasswordContradiction),
        BackupErrorCategory.InvalidInput,
        $"The site '{site}' cannot be told to encrypt with a new password and not to encrypt: give -Password or -NoPassword.",
        site);

    public static BackupException WrongPasswordOrDamaged(string what, Exception inner) => new(
        nameof(WrongPasswordOrDamaged),
        BackupErrorCategory.Damaged,
        $"Cannot decrypt {what}: {inner.Message}",
        what,
        inner);

    public static BackupException NamesUnstorable(string[] paths, IReadOnlyList<string> reasons) => new(
        nameof(NamesUnstorable),
        BackupErrorCategory.InvalidInput,
        $"{paths.Length} names cannot be stored, such as {Examples(paths, reasons)}. Rename or exclude them; an archive (the format "
        + "tgz) takes any name. Nothing was stored. The error's target has all of them.",
        paths);

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
        $"A restore of {location} was interrupted; its data from before is in place. Restore again, or start the app.",
        location);

    public static BackupException AppNotRegistered(string location, Guid id) => new(
        nameof(AppNotRegistered),
        BackupErrorCategory.NotFound,
        $"The app of this backup, {location} ({id}), is not registered (any more). Restore to a folder with -Destination, or register it.",
        location);

    public static BackupException FormatUnavailable(string format) => new(
        nameof(FormatUnavailable),
        BackupErrorCategory.InvalidInput,
        $"The format {format} is not available in this version.",
        format);

    public static BackupException AddonUnknown(string name) => new(
        nameof(AddonUnknown),
        BackupErrorCategory.InvalidState,
        $"The backup has an addon of the kind '{name}', which this CloudBackup does not know. Update the module.",
        name);

    private static string Examples(string[] paths, IReadOnlyList<string> reasons) =>
        string.Join("; ", paths.Take(5).Select((path, i) => $"'{path}': {reasons[i]}"));
}
