using CloudBackup.Encryption;
using CloudBackup.Formats;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Storage;

namespace CloudBackup.Sites;

/// <summary>
/// A site that backups are read from, of this platform or described by a file, with the keys that may open them. Nothing of it is kept.
/// </summary>
internal sealed class RestoreSite : IDisposable
{
    private readonly BackupKeys? _given;

    private RestoreSite(BackupSite site, StorageCredential? credential, SiteExport? export, BackupKeys? given, IEnumerable<BackupKeys> own)
    {
        Site = site;
        Credential = credential;
        Export = export;
        _given = given;
        Keys = given is null ? [.. own] : [given, .. own];
    }

    /// <summary>The site.</summary>
    public BackupSite Site { get; }

    /// <summary>What the storage is signed in to with: what was given, else what is kept for the site; null for nothing.</summary>
    public StorageCredential? Credential { get; }

    /// <summary>The file that describes it; null for a site of this platform.</summary>
    public SiteExport? Export { get; }

    /// <summary>Keys to try: those of the given password first.</summary>
    public IReadOnlyList<BackupKeys> Keys { get; }

    /// <summary>The keys of the password that was given; null when none was.</summary>
    public BackupKeys? Given => _given;

    /// <summary>Resolves what a user named: a file, a site, or the default site.</summary>
    /// <exception cref="BackupException">There is no such site or file, or its path does not fit its provider.</exception>
    public static RestoreSite Resolve(
        EngineContext context, SiteStorage storages, string? configFile, string? siteName, string? storagePath, SiteSecrets secrets)
    {
        var export = configFile is null ? null : SiteExport.Read(configFile);
        var site = Relocate(export?.Site ?? storages.Resolve(siteName), storagePath);
        // A file may name a site as this platform names another one: what is kept for that is not sent there.
        var credential = secrets.ForStorage ?? (export is null ? context.Credentials.Read(site.Name) : StorageCredential.None);
        return new RestoreSite(site, credential, export, DeriveKeys(secrets), context.Keys.ListFrom(site.KeyId));
    }

    /// <summary>A folder on this machine that backups lie in as in a storage.</summary>
    /// <exception cref="BackupException">The password is empty.</exception>
    public static RestoreSite OfFolder(EngineContext context, string folder, SiteSecrets secrets)
    {
        var site = StorageProviders.SiteOf(folder);
        return new RestoreSite(site, StorageCredential.None, null, DeriveKeys(secrets), context.Keys.ListFrom(site.KeyId));
    }

    /// <summary>The keys of a given password; null when none was given.</summary>
    /// <exception cref="BackupException">It is empty.</exception>
    public static BackupKeys? DeriveKeys(SiteSecrets secrets) => secrets.Password switch
    {
        null => null,
        { Length: 0 } => throw BackupErrors.PasswordEmpty(),
        var password => BackupKeys.Derive(password),
    };

    /// <summary>Opens the stored bytes of a backup info, and tells a password that is missing or wrong.</summary>
    /// <exception cref="BackupException">It is damaged, belongs elsewhere, or no key opens it.</exception>
    public StoredInfo Open(byte[] bytes, BackupPaths paths) => TryOpen(bytes, paths) ?? throw Locked(paths);

    /// <summary>Opens the stored bytes of a backup info; null when no key opens it.</summary>
    /// <exception cref="BackupException">It is damaged, or belongs elsewhere.</exception>
    public StoredInfo? TryOpen(byte[] bytes, BackupPaths paths) => StoredInfo.TryOpen(bytes, paths, Keys);

    /// <summary>The failure of a backup that no key opens.</summary>
    public BackupException Locked(BackupPaths paths) => Given is null
        ? BackupErrors.RestorePasswordNeeded(Site.Name, paths.RemotePath)
        : BackupErrors.RestorePasswordWrong(Site.Name, paths.RemotePath);

    /// <summary>Whether a failure says that a password is missing or wrong.</summary>
    public static bool IsLocked(BackupException failure) =>
        failure.ErrorId is nameof(BackupErrors.RestorePasswordNeeded) or nameof(BackupErrors.RestorePasswordWrong);

    /// <inheritdoc/>
    public void Dispose() => _given?.Dispose();

    private static BackupSite Relocate(BackupSite site, string? storagePath)
    {
        if (storagePath is null)
        {
            return site;
        }
        return site.Settings.AtLocalFolder(storagePath) is { } settings
            ? site with { Settings = settings }
            : throw BackupErrors.NameInvalid("storage path", storagePath, $"the site {site.Name} is not on a file system (provider {site.Provider})");
    }
}
