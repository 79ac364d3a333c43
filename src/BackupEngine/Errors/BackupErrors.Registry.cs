using CloudBackup.Infrastructure;

namespace CloudBackup;

/// <summary>Failures with sites, apps and addons as such.</summary>
internal static partial class BackupErrors
{
    private const int LongestReason = 80;

    public static BackupException CatalogRowUnreadable(string operation, string row, string reason, string wayOut, string name) => new(
        nameof(CatalogRowUnreadable),
        BackupErrorCategory.InvalidState,
        $"The {operation} depends on {row}, which the catalog cannot read: {OutsideText.Clean(reason, LongestReason).TrimEnd('.')}. {wayOut}",
        name);

    public static BackupException ProviderUnknown(string name, IEnumerable<string> known) => new(
        nameof(ProviderUnknown),
        BackupErrorCategory.InvalidInput,
        $"There is no provider '{name}'. The providers are: {string.Join(", ", known)}.",
        name);

    public static BackupException SettingNotForProvider(string setting, string provider, IReadOnlyList<string> own) => new(
        nameof(SettingNotForProvider),
        BackupErrorCategory.InvalidInput,
        $"-{setting} says nothing to the provider {provider}, which takes {(own.Count == 0 ? "no place" : "-" + string.Join(", -", own))}.",
        setting);

    public static BackupException SiteNotFound(string name) => new(
        nameof(SiteNotFound),
        BackupErrorCategory.NotFound,
        $"There is no site '{name}'. Get-BackupSite lists all.",
        name);

    public static BackupException NoDefaultSite() => new(
        nameof(NoDefaultSite),
        BackupErrorCategory.NotFound,
        "There is no site yet. Create one with New-BackupSite.");

    public static BackupException SiteExists(string name) => new(
        nameof(SiteExists),
        BackupErrorCategory.AlreadyExists,
        $"There is a site '{name}' already. Change it with Set-BackupSite, or take another name.",
        name);

    public static BackupException SiteHasBackups(string name, int count) => new(
        nameof(SiteHasBackups),
        BackupErrorCategory.InvalidState,
        $"The site '{name}' has {count} backups. -ForgetBackup removes their records with it. The backups stay in the storage, and come back with "
        + "New-BackupSite and Sync-BackupCatalog.",
        name);

    public static BackupException SiteUnusable(string name, string reason, Exception? inner) => new(
        nameof(SiteUnusable),
        BackupErrorCategory.StorageUnavailable,
        $"The site '{name}' cannot be used: {reason}",
        name,
        inner);

    public static BackupException SiteFolderTaken(string path, string whose, string other, string othersOwner) => new(
        nameof(SiteFolderTaken),
        BackupErrorCategory.InvalidInput,
        $"'{path}', {whose}, overlaps '{other}', {othersOwner}: a restore there would replace the backups. Take another folder, "
        + "or a prefix.",
        path);

    public static BackupException NameInvalid(string what, string name, string rule) => new(
        nameof(NameInvalid),
        BackupErrorCategory.InvalidInput,
        $"'{name}' is not a valid {what}: {rule}.",
        name);

    public static BackupException ValueOutOfRange(string what, object value, string rule) => new(
        nameof(ValueOutOfRange),
        BackupErrorCategory.InvalidInput,
        $"{what} is {value}: it must be {rule}.",
        value);

    public static BackupException AppNotFound(string location) => new(
        nameof(AppNotFound),
        BackupErrorCategory.NotFound,
        $"There is no app '{location}'. Get-BackupApp lists all; Register-BackupApp adds one.",
        location);

    public static BackupException AppExists(string location) => new(
        nameof(AppExists),
        BackupErrorCategory.AlreadyExists,
        $"There is an app '{location}' already. Change it with Set-BackupApp, or take another location.",
        location);

    public static BackupException AppBusy(string location, string owner) => new(
        nameof(AppBusy),
        BackupErrorCategory.Busy,
        $"{location} is in use: {owner}. Try again when that is done.",
        location);

    public static BackupException AddonPathInvalid(string path) => new(
        nameof(AddonPathInvalid),
        BackupErrorCategory.InvalidInput,
        $"'{path}' is not the path of a database inside the data directory: write data/ and the path below it, such as data/app.db.",
        path);

    public static BackupException AddonSourceMissing(string addon, string path, Exception inner) => new(
        nameof(AddonSourceMissing),
        BackupErrorCategory.SourceUnreadable,
        $"The addon {addon} cannot be dumped: {inner.Message} Correct the path with Set-BackupApp -Addon, or take the addon away.",
        path,
        inner);

    public static BackupException AddonSourceNotFile(string addon, string found) => new(
        nameof(AddonSourceNotFile),
        BackupErrorCategory.SourceUnreadable,
        $"The addon {addon} cannot be dumped: {found}. Links are not followed. Declare the real path inside the data directory "
        + "(Set-BackupApp -Addon), or move the file in.",
        addon);

    public static BackupException AddonTwice(string addon, string other) => new(
        nameof(AddonTwice),
        BackupErrorCategory.InvalidInput,
        $"The addons {addon} and {other} are one file. SQLite damages a database that is used by two names. Declare the name that the app uses.",
        other);

    public static BackupException SqliteLocked(string path, Exception? inner = null) => new(
        nameof(SqliteLocked),
        BackupErrorCategory.Busy,
        $"The SQLite database '{path}' was locked for a minute. Try again when the app does not hold it, or stop the app in a PreBackupCommand.",
        path,
        inner);

    public static BackupException SqliteReplaced(string path) => new(
        nameof(SqliteReplaced),
        BackupErrorCategory.Busy,
        $"The SQLite database '{path}', its -wal or its -shm file was replaced again and again while it was copied. Try again when the app is at rest, "
        + "or stop the app in a PreBackupCommand.",
        path);

    public static BackupException AddonDumpMissing(string addon, string path, Exception inner) => new(
        nameof(AddonDumpMissing),
        BackupErrorCategory.Damaged,
        $"The backup names the addon {addon}, but does not hold its dump '{path}'.",
        path,
        inner);

    public static BackupException SqliteCopyFailed(string path, Exception inner) => new(
        nameof(SqliteCopyFailed),
        BackupErrorCategory.SourceUnreadable,
        $"The SQLite database '{path}' cannot be copied: {inner.Message}",
        path,
        inner);
}
