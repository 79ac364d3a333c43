using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Reading;

namespace CloudBackup.PlatformRestore;

/// <summary>
/// What a platform backup says, unpacked into a temporary folder of the platform home: its configuration, its catalog brought to the present
/// schema. Its secrets are only in memory. The extra directories stay in the backup until they are restored.
/// </summary>
internal sealed class PlatformContent : IDisposable
{
    private const string FolderName = "platform-restore";

    private readonly EngineContext _context;
    private readonly string _folder;

    private readonly SecretsTarget _secrets;

    private PlatformContent(EngineContext context, string folder, PlatformConfig config, SecretsTarget secrets, PlatformDatabase database)
    {
        _context = context;
        _folder = folder;
        _secrets = secrets;
        Config = config;
        Database = database;
        var apps = new AppStore(database, context.Time);
        Apps = apps.List();
        UnreadableRows = [.. apps.ListUnreadable(), .. new SiteStore(database).ListUnreadable()];
        Backups = new BackupStore(database);
        Keys = [.. Secrets.Where(secret => KeyRing.IsKey(secret.Key)).Select(secret => KeyRing.Parse(secret.Key, secret.Value))];
    }

    /// <summary>Its configuration.</summary>
    public PlatformConfig Config { get; }

    /// <summary>Its catalog; closed when the content is disposed.</summary>
    public PlatformDatabase Database { get; }

    /// <summary>The file of the catalog.</summary>
    public string DatabasePath => Path.Join(_folder, PlatformConfig.DatabasePath);

    /// <summary>Its apps.</summary>
    public IReadOnlyList<BackupApp> Apps { get; }

    /// <summary>The rows of apps and sites in its catalog that cannot be read.</summary>
    public IReadOnlyList<UnreadableRow> UnreadableRows { get; }

    /// <summary>The backups that it knows.</summary>
    public BackupStore Backups { get; }

    /// <summary>Its secrets, by name; none when the backup is not encrypted.</summary>
    public IReadOnlyDictionary<string, byte[]> Secrets => _secrets.Found;

    /// <summary>Its keys; none when the backup is not encrypted.</summary>
    public IReadOnlyList<BackupKeys> Keys { get; }

    /// <summary>Reads everything but the extra directories, and checks every hash.</summary>
    /// <exception cref="BackupException">The backup is damaged or hostile, or its catalog is of a newer version.</exception>
    public static async Task<PlatformContent> UnpackAsync(
        EngineContext context, OpenedBackup backup, SiteLimits limits, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var folder = context.Home.MakeTemporaryFolder(FolderName);
        var secrets = new SecretsTarget(backup.Info.Id);
        try
        {
            observer.OnStep($"Reading the platform backup {backup.Info.Id}.");
            await UnpackAsync(backup, folder, secrets, limits, observer, cancellationToken).ConfigureAwait(false);
            var config = ReadConfig(folder, backup.Info.Id);
            if (config.Schema > Migrations.CurrentVersion)
            {
                throw BackupErrors.PlatformTooNew(PlatformConfig.DatabasePath, config.Schema, Migrations.CurrentVersion);
            }
            return new PlatformContent(context, folder, config, secrets, PlatformDatabase.Open(Path.Join(folder, PlatformConfig.DatabasePath)));
        }
        catch
        {
            secrets.Dispose();
            context.Home.RemoveTemporaryFolder(FolderName);
            throw;
        }
    }

    /// <summary>The name of the site that a backup is read from, as the platform calls it.</summary>
    public string NameOfSite(string backupId, BackupSite source) => Backups.Find(backupId)?.Backup.Site ?? source.Name;

    /// <summary>The sites of the platform when it is restored: the one of the backup is the one that it is read from.</summary>
    public IEnumerable<BackupSite> SitesAfter(string backupId, BackupSite source)
    {
        var name = NameOfSite(backupId, source);
        return new SiteStore(Database).List().Where(site => !string.Equals(site.Name, name, StringComparison.OrdinalIgnoreCase))
            .Append(source with { Name = name });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var keys in Keys)
        {
            keys.Dispose();
        }
        _secrets.Dispose();
        Database.Dispose();
        _context.Home.RemoveTemporaryFolder(FolderName);
    }

    private static async Task UnpackAsync(
        OpenedBackup backup, string folder, SecretsTarget secrets, SiteLimits limits, IOperationObserver observer, CancellationToken cancellationToken)
    {
        try
        {
            using var root = LocalFileSystem.Open(folder);
            using var target = new RestoreTarget(root, backup.Info.Id, isTrusted: false, folder);
            string[] wanted = [PlatformConfig.Path, PlatformConfig.DatabasePath];
            var routed = new RoutedTarget(backup.Info.Id, [.. wanted.Select(name => new RestoreRoute(name, name, target))]);
            backup.RequireIndex(observer, cancellationToken);
            await backup.ReadAsync(secrets.Before(routed), new RunCounters(), limits, cancellationToken).ConfigureAwait(false);
            routed.Finish(backup.ReadEntries, cancellationToken);
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DestinationUnusable(folder, failure);
        }
    }

    private static PlatformConfig ReadConfig(string folder, string id)
    {
        try
        {
            var config = UnpackedContent.ParsePlatformConfig(File.ReadAllBytes(Path.Join(folder, PlatformConfig.Path)), id);
            return File.Exists(Path.Join(folder, PlatformConfig.DatabasePath))
                ? config
                : throw BackupErrors.BackupDamaged(id, $"it has no {PlatformConfig.DatabasePath}.");
        }
        catch (FileNotFoundException failure)
        {
            throw BackupErrors.BackupDamaged(id, $"it has no {PlatformConfig.Path}.", failure);
        }
    }
}
