using CloudBackup.Backup;
using CloudBackup.Clone;
using CloudBackup.Formats;
using CloudBackup.Infrastructure;
using CloudBackup.Restore;
using CloudBackup.Sites;

namespace CloudBackup.Import;

/// <summary>
/// Brings data from elsewhere into an app: a backup in any storage, also of another platform, or a file or folder on this machine. Nothing of
/// the other platform is kept: neither its site, nor its password, nor its credential.
/// </summary>
internal sealed class AppImporter(EngineContext context, SiteStorage storages, IOperationObserver observer)
{
    /// <summary>Imports and returns the app.</summary>
    /// <exception cref="BackupException">It failed; the app, or its absence, is as before.</exception>
    public async Task<BackupApp> RunAsync(AppImportOptions options, CancellationToken cancellationToken)
    {
        if (options.Path is not { } path)
        {
            return await ImportStoredAsync(options, cancellationToken).ConfigureAwait(false);
        }
        if (RecordedBackup.Find(path) is { } recorded)
        {
            using var folder = RestoreSite.OfFolder(context, recorded.StoragePath, options.Secrets);
            return await ImportStoredAsync(options, folder, recorded.RemotePath, cancellationToken).ConfigureAwait(false);
        }
        using var keys = RestoreSite.DeriveKeys(options.Secrets);
        var source = new LocalSource(context, path, keys);
        await source.CheckAsync(cancellationToken).ConfigureAwait(false);
        return await ReplaceAsync(options, options.Location ?? throw BackupErrors.AppNotFound(""), source, new SiteLimits(), cancellationToken).ConfigureAwait(false);
    }

    private async Task<BackupApp> ImportStoredAsync(AppImportOptions options, CancellationToken cancellationToken)
    {
        using var source = RestoreSite.Resolve(context, storages, options.ConfigFile, options.Site, options.StoragePath, options.Secrets);
        var remotePath = options.RemotePath ?? source.Export?.RemotePath ?? throw BackupErrors.RemotePathNeeded(source.Site.Name);
        return await ImportStoredAsync(options, source, remotePath, cancellationToken).ConfigureAwait(false);
    }

    private Task<BackupApp> ImportStoredAsync(AppImportOptions options, RestoreSite source, string remotePath, CancellationToken cancellationToken) =>
        storages.UseAsync(source.Site, observer, async storage =>
        {
            var (stored, isTrusted) = await new ForeignBackup(context, source, storage).OpenAsync(remotePath, cancellationToken).ConfigureAwait(false);
            var backup = await OpenedBackup.OpenAsync(context, stored, isTrusted, storage, cancellationToken).ConfigureAwait(false);
            await using var _ = backup.ConfigureAwait(false);
            var location = options.Location ?? backup.Info.Location!;
            var content = new BackupSource(context, backup);
            return options.Register
                ? await RegisterAsync(options, location, content, backup.Info, source.Site.Limits, cancellationToken).ConfigureAwait(false)
                : await ReplaceAsync(options, location, content, source.Site.Limits, cancellationToken).ConfigureAwait(false);
        }, source.Credential);

    /// <summary>An app that comes back keeps its id, so that its older backups are its own again.</summary>
    private async Task<BackupApp> RegisterAsync(
        AppImportOptions options, string location, IRestoreSource source, BackupInfo info, SiteLimits limits, CancellationToken cancellationToken)
    {
        var installer = new AppInstaller(context, observer);
        var app = installer.Prepare(
            new BackupApp
            {
                Id = info.AppId is { } id && context.Apps.Find(id) is null ? id : Guid.Empty,
                Location = location,
                PackageName = info.PackageName ?? "",
                Version = info.Version,
                DataDirectory = options.DataDirectory ?? "",
                UnfinishedRestore = info.Id,
            },
            info.AllocatedSize);
        observer.OnStep($"Bringing {location} up from {info.Id}.");
        var copy = new AppCopyOptions { Location = location, DataDirectory = app.DataDirectory, SkipDns = options.SkipDns };
        return await installer.RunAsync(app, source, limits, copy, cancellationToken).ConfigureAwait(false);
    }

    private async Task<BackupApp> ReplaceAsync(
        AppImportOptions options, string location, IRestoreSource source, SiteLimits limits, CancellationToken cancellationToken)
    {
        var app = context.Apps.Find(location) ?? throw BackupErrors.AppNotFound(location);
        using var appLock = AppLock.Take(context, app, "import");
        RestoreRecovery.Run(context, app, observer);
        app = context.Apps.Find(app.Id) ?? throw BackupErrors.AppNotFound(location);
        AppRestorer.CheckDataDirectory(app);
        if (source.Version is { } version)
        {
            CheckVersion(app, version);
        }
        if (!options.SkipSafetyBackup && AppRestorer.HasAnythingToLose(app))
        {
            await BackUpAsync(app, cancellationToken).ConfigureAwait(false);
        }
        var job = new RestoreJob
        {
            App = app,
            Restored = AppRestorer.Finished(app, app.Version),
            Source = source,
            Limits = limits,
            IsFresh = app.UnfinishedRestore is not null,
            SkipDns = options.SkipDns,
            Configure = (present, config) => CheckVersion(present, config.Version),
        };
        return await new AppRestorer(context, observer).RunAsync(job, cancellationToken).ConfigureAwait(false);
    }

    private async Task BackUpAsync(BackupApp app, CancellationToken cancellationToken)
    {
        var site = storages.Resolve(null);
        await storages.UseAsync(site, observer, storage =>
            new SafetyBackup(context, "before import", BackupErrors.SafetyBackupFailed, observer).MakeAsync(app, site, storage, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Data of another version may be of another shape, and an import does not install code.</summary>
    private static BackupApp CheckVersion(BackupApp app, string version) =>
        app.Version == version ? app : throw BackupErrors.ImportVersionDiffers(app.Location, app.Version, version);
}
