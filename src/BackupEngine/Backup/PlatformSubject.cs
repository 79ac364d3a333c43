using CloudBackup.Apps;
using CloudBackup.Catalog;
using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Retention;
using CloudBackup.Source;
using CloudBackup.Sqlite;

namespace CloudBackup.Backup;

/// <summary>
/// The platform itself as the subject of a backup: a consistent copy of the catalog (in which the backup's own record is, so that a restored
/// platform knows it), the extra directories, and in an encrypted backup the keys and credentials.
/// </summary>
/// <param name="context">The platform.</param>
/// <param name="site">The name of the site that the backup goes to.</param>
/// <param name="apps">What the run did for each app.</param>
internal sealed class PlatformSubject(EngineContext context, string site, IReadOnlyList<PlatformBackupApp> apps) : BackupSubject
{
    private readonly PlatformDocument _platform = context.Platform.Get();

    /// <inheritdoc/>
    public override string Name => "the platform";

    /// <inheritdoc/>
    public override BackupOwner Owner => BackupOwner.Platform;

    /// <inheritdoc/>
    public override string BackupName => BackupNames.BoxName(context.Version);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Folders => _platform.ExtraDirectories;

    /// <inheritdoc/>
    public override SiteBackup NewRecord(string id, string siteName, string remotePath) => new PlatformBackup
    {
        Id = id,
        PlatformId = _platform.Id,
        DependsOn = [.. apps.Select(app => app.BackupId).OfType<string>()],
        Apps = apps,
        Version = context.Version,
        Site = siteName,
        RemotePath = remotePath,
    };

    /// <inheritdoc/>
    public override async Task<FormatResult> WithItemsAsync(
        ContentRequest request, Func<IEnumerable<SourceItem>, Task<FormatResult>> store, CancellationToken cancellationToken)
    {
        ExtraDirectories.Check(_platform.ExtraDirectories, [FolderClaim.Of(context.Home), .. context.Apps.List().Select(FolderClaim.Of)]);
        var copy = Path.Join(request.SpoolFolder, PlatformConfig.DatabasePath);
        await Task.Run(() => SqliteOnlineCopy.Run(context.Home.DatabasePath, copy, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (SqliteOnlineCopy.FindDefect(copy, cancellationToken) is { } defect)
        {
            throw BackupErrors.CatalogDamaged(context.Home.DatabasePath, defect);
        }
        using var spool = LocalFileSystem.Open(request.SpoolFolder);
        var extra = new List<SourceTree>();
        try
        {
            foreach (var path in _platform.ExtraDirectories.OrderBy(ExtraDirectories.PathInBackup, PathOrder.Instance))
            {
                extra.Add(Open(path));
                foreach (var warning in MountWarnings.Find(extra[^1].Root.Path, $"the extra directory '{path}'", []))
                {
                    request.Observer.OnWarning(warning);
                }
            }
            var result = await store(Items(request, spool, extra, cancellationToken)).ConfigureAwait(false);
            extra.ForEach(tree => tree.Check());
            return result;
        }
        finally
        {
            extra.ForEach(tree => tree.Root.Dispose());
        }
    }

    /// <summary>The backups that this one depends on must still be there (I2): another process may have removed one meanwhile.</summary>
    public override void CheckBeforeCommit()
    {
        foreach (var id in apps.Select(app => app.BackupId).OfType<string>())
        {
            if (context.Backups.Find(id) is not { Backup.State: BackupState.Ready })
            {
                throw BackupErrors.DependencyGone(id, site);
            }
        }
    }

    private IEnumerable<SourceItem> Items(
        ContentRequest request, DirectoryNode spool, IReadOnlyList<SourceTree> extra, CancellationToken cancellationToken)
    {
        var time = UnixTime.From(request.Created);
        var config = new PlatformConfig
        {
            Id = _platform.Id,
            Version = context.Version,
            Schema = context.Schema,
            PlatformHome = context.Home.Path,
            HasSecrets = request.IsEncrypted,
            ExtraDirectories = [.. extra.Select(tree => new ExtraDirectory(tree.Path, tree.Root.Path))],
        };
        yield return new MemoryItem(PlatformConfig.Path, config.ToBytes(), time);
        var facts = spool.Stat(PlatformConfig.DatabasePath) with { Mode = 0x180, Modified = time };
        yield return new SpoolItem(PlatformConfig.DatabasePath, spool, PlatformConfig.DatabasePath, facts, []);
        if (request.IsEncrypted)
        {
            yield return new GeneratedFolder(PlatformConfig.SecretsPath, time);
            foreach (var name in context.Secrets.List(""))
            {
                if (context.Secrets.Read(name) is { } secret)
                {
                    yield return new MemoryItem($"{PlatformConfig.SecretsPath}/{name}", secret, time);
                }
            }
        }
        var rules = new ExcludeRules([]);
        foreach (var item in extra.SelectMany(tree => request.NewWalker(rules).Walk(tree, cancellationToken)))
        {
            yield return item;
        }
    }

    private static SourceTree Open(string path)
    {
        try
        {
            return new SourceTree(TrustedPath.Open(path), ExtraDirectories.PathInBackup(path));
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.ExtraDirectoryUnusable(path, failure);
        }
    }
}
