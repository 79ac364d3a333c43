using System.Security;
using CloudBackup.Catalog;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Sites;
using CloudBackup.Sync;

namespace CloudBackup;

/// <summary>
/// The engine of one platform: start reading here. This facade puts the parts together and is all that a shell needs.
/// <list type="bullet">
/// <item><see cref="Sites"/>: where backups go (Sites/, Storage/).</item>
/// <item><see cref="Apps"/>: what is backed up (Apps/).</item>
/// <item><see cref="AppBackups"/>: making (Backup/, Formats/, Addons/), testing (Reading/) and restoring (Restore/, Swapping/) backups.</item>
/// <item><see cref="Platform"/>, <see cref="PlatformBackups"/> and <see cref="PlatformRestore"/>: the installation itself (Platform/), its
/// backups, and bringing it back (PlatformRestore/).</item>
/// <item><see cref="Cleanup"/>: what goes by a site's retention policy (Cleanup/, Retention/).</item>
/// <item><see cref="SyncAsync"/>: the catalog (Catalog/) follows the storage (Sync/), which is the truth.</item>
/// </list>
/// Many engines may be open on one platform at a time, in one process or several. All members are thread-safe.
/// </summary>
public sealed class BackupEngine : IDisposable
{
    private readonly EngineContext _context;
    private readonly SiteStorage _storages;
    private readonly OperationList _operations;

    private BackupEngine(EngineContext context)
    {
        _context = context;
        _storages = new SiteStorage(context);
        _operations = new OperationList(context.Time, context.Random);
        Sites = new SiteService(context, _storages, _operations);
        Apps = new AppService(context);
        AppBackups = new AppBackupService(context, _storages, _operations);
        Platform = new PlatformService(context);
        PlatformBackups = new PlatformBackupService(context, _storages, _operations);
        PlatformRestore = new PlatformRestoreService(context, _storages, _operations);
        Cleanup = new CleanupService(context, _storages, _operations);
    }

    /// <summary>The sites.</summary>
    public SiteService Sites { get; }

    /// <summary>The apps.</summary>
    public AppService Apps { get; }

    /// <summary>The backups of apps.</summary>
    public AppBackupService AppBackups { get; }

    /// <summary>The platform itself.</summary>
    public PlatformService Platform { get; }

    /// <summary>The backups of the platform.</summary>
    public PlatformBackupService PlatformBackups { get; }

    /// <summary>What retention gives away goes.</summary>
    public CleanupService Cleanup { get; }

    /// <summary>Restores of the platform.</summary>
    public PlatformRestoreService PlatformRestore { get; }

    /// <summary>The long operations that this engine is at now, in the order in which they began.</summary>
    public IReadOnlyList<IBackupOperation> Operations => _operations.UnderWay;

    /// <summary>The platform's home folder.</summary>
    public string HomePath => _context.Home.Path;

    /// <summary>Whether the platform was made when it was opened here.</summary>
    public bool IsNew => _context.Home.IsNew;

    /// <summary>Whether the new platform took the place of one whose catalog is missing.</summary>
    public bool HasLostCatalog => _context.Home.HasLostCatalog;

    /// <summary>Opens a platform, and makes it when it is new.</summary>
    /// <exception cref="BackupException">There is no platform and none may be made, or the home folder or the catalog cannot be used.</exception>
    public static BackupEngine Open(BackupEngineOptions options) => new(OpenContext(options));

    /// <summary>Opens what all parts of the engine stand on.</summary>
    /// <exception cref="BackupException">There is no platform and none may be made, or the home folder or the catalog cannot be used.</exception>
    internal static EngineContext OpenContext(BackupEngineOptions options)
    {
        var home = PlatformHome.Open(options.EffectiveHome, options.CreatesPlatform, options.Time);
        var database = home.IsNew ? CatalogFile.Create(home, options.Schema) : PlatformDatabase.Open(home.DatabasePath, options.Schema);
        var secrets = new SecretStore(home);
        return new EngineContext(
            home,
            database,
            new PlatformStore(database, options.Random),
            new SiteStore(database),
            new AppStore(database, options.Time),
            new BackupStore(database),
            new RestoreJournal(database),
            secrets,
            new KeyRing(secrets),
            options.Time,
            options.Random,
            options.InterceptStorage)
        {
            Retry = options.Retry,
            Version = options.Version,
            Schema = options.Schema,
        };
    }

    /// <summary>Makes the catalog say what a site's storage holds, and returns the backups that it holds, newest first.</summary>
    /// <param name="site">The site; null for the default one.</param>
    /// <param name="passwords">Passwords of backups there whose keys this platform does not have; those that fit are kept, as keys.</param>
    /// <param name="observer">Is told of what is found and what is gone.</param>
    /// <param name="cancellationToken">Stops the sync.</param>
    /// <exception cref="BackupException">There is no such site, or its storage cannot be read.</exception>
    public Task<IReadOnlyList<SiteBackup>> SyncAsync(
        string? site, IReadOnlyList<SecureString> passwords, IOperationObserver observer, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            OperationKind.Sync,
            site ?? "",
            observer,
            (scope, token) => new CatalogSynchronizer(_context, _storages).RunAsync(site, passwords, scope, token),
            cancellationToken);

    /// <summary>What a failure of this machine means to the user, such as a full or read-only disk; null for what is none of those.</summary>
    public static BackupException? Explain(Exception failure) => MachineFailure.Explain(failure);

    /// <summary>What of the catalog could not be read and was passed over since the last call, with the way out, as warnings.</summary>
    public IReadOnlyList<string> TakeCatalogWarnings() => _context.Database.Unreadable.Take();

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();
}
