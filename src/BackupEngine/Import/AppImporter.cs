using CloudBackup.Clone;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Reading;
using CloudBackup.Restore;
using CloudBackup.Sites;
using CloudBackup.Swapping;

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
        using var stored = StoredImport.Find(context, storages, options);
        return stored is null
            ? await ImportLocalAsync(options, options.Path!, cancellationToken).ConfigureAwait(false)
            : await stored.UseAsync(context, storages, observer, backup => ImportStoredAsync(options, backup, stored.Limits, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
    }

    private async Task<BackupApp> ImportLocalAsync(AppImportOptions options, string path, CancellationToken cancellationToken)
    {
        using var keys = RestoreSite.DeriveKeys(options.Secrets);
        var zipEncoding = options.ZipEncoding is { } encoding ? ZipNames.FindEncoding(encoding) : null;
        using var source = await LocalSource.OpenAsync(context, path, keys, zipEncoding, options.Register, cancellationToken).ConfigureAwait(false);
        if (source.Config is { } found && RecordedBackup.FindOtherName(path, found.Location, found.Version) is { } name)
        {
            throw BackupErrors.ImportNameDiffers(path, name, $"{found.Location} {found.Version}");
        }
        if (!options.Register)
        {
            var location = options.Location ?? source.Config?.Location ?? throw BackupErrors.ImportLocationNeeded(path);
            return await ReplaceAsync(options, location, source, new SiteLimits(), cancellationToken).ConfigureAwait(false);
        }
        var config = source.Config ?? throw BackupErrors.ImportConfigMissing(path, AppConfig.Path);
        var app = new BackupApp
        {
            Id = config.Id,
            Location = options.Location ?? config.Location,
            PackageName = config.PackageName,
            Version = config.Version,
            DataDirectory = options.DataDirectory ?? "",
        };
        return await RegisterAsync(options, app, source, new SiteLimits(), cancellationToken).ConfigureAwait(false);
    }

    private Task<BackupApp> ImportStoredAsync(AppImportOptions options, OpenedBackup backup, SiteLimits limits, CancellationToken cancellationToken)
    {
        var location = options.Location ?? backup.Info.Location!;
        var content = new BackupSource(context, backup);
        if (!options.Register)
        {
            return ReplaceAsync(options, location, content, limits, cancellationToken);
        }
        var app = new BackupApp
        {
            Id = backup.Info.AppId ?? Guid.Empty,
            Location = location,
            PackageName = backup.Info.PackageName ?? "",
            Version = backup.Info.Version,
            DataDirectory = options.DataDirectory ?? "",
        };
        return RegisterAsync(options, app, content, limits, cancellationToken);
    }

    /// <summary>An app that comes back keeps its id, so that its older backups are its own again.</summary>
    private async Task<BackupApp> RegisterAsync(
        AppImportOptions options, BackupApp wanted, IRestoreSource source, SiteLimits limits, CancellationToken cancellationToken)
    {
        var installer = new AppInstaller(context, observer);
        var app = installer.Prepare(context.Apps.Find(wanted.Id) is null ? wanted : wanted with { Id = Guid.Empty }, source);
        observer.OnStep($"Bringing {app.Location} up from {source.Name}.");
        var copy = new AppCopyOptions { Location = app.Location, DataDirectory = app.DataDirectory, SkipDns = options.SkipDns, AllowCommand = options.AllowCommand };
        return await installer.RunAsync(app, source, limits, copy, cancellationToken).ConfigureAwait(false);
    }

    private async Task<BackupApp> ReplaceAsync(
        AppImportOptions options, string location, IRestoreSource source, SiteLimits limits, CancellationToken cancellationToken)
    {
        var app = context.Apps.Find(location) ?? throw BackupErrors.AppNotFound(location);
        using var locked = LockedApp.Enter(context, app, "import", observer);
        locked.SettleFolder(observer);
        app = locked.App;
        if (source.Version is { } version)
        {
            CheckVersion(app, version);
        }
        UnfinishedRestores.MakeWay(context, app, source.ResumeKey, observer);
        if (!UnfinishedRestores.CanGoOn(app, source.ResumeKey))
        {
            FolderCheck.RequireSpace(app.DataDirectory, app.DataDirectory, source.Size);
        }
        if (!options.SkipSafetyBackup && AppRestorer.HasAnythingToLose(app))
        {
            await new SafetyBackup(context, "before import", BackupErrors.SafetyBackupFailed, observer)
                .MakeAsync(locked, storages, siteName: null, cancellationToken).ConfigureAwait(false);
        }
        var job = new RestoreJob(locked)
        {
            Restored = app.Finish(app.Version),
            Source = source,
            Limits = limits,
            IsFresh = app.UnfinishedRestore is not null,
            SkipDns = options.SkipDns,
            Configure = (present, config) => CheckVersion(present, config.Version),
        };
        return await new AppRestorer(context, observer).RunAsync(job, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Data of another version may be of another shape, and an import does not install code.</summary>
    private static BackupApp CheckVersion(BackupApp app, string version) =>
        app.Version == version ? app : throw BackupErrors.ImportVersionDiffers(app.Location, app.Version, version);
}
