using CloudBackup.Platform;
using CloudBackup.Reading;
using CloudBackup.Restore;
using CloudBackup.Sites;

namespace CloudBackup.Clone;

/// <summary>Brings a backup up as another app: an exact replica with its own id, location and data directory.</summary>
internal sealed class AppCloner(EngineContext context, SiteStorage storages)
{
    /// <summary>The commands that a clone would get and that are not trusted; none when the backup is trusted.</summary>
    /// <exception cref="BackupException">There is no such backup, or it cannot be read.</exception>
    public async Task<IReadOnlyList<string>> FindUntrustedCommandsAsync(string backupId, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var record = context.Backups.Find(backupId);
        var backup = record?.Backup as AppBackup ?? throw BackupErrors.BackupNotFound(backupId);
        if (backup.Trusted)
        {
            return [];
        }
        var site = storages.Resolve(backup.Site);
        return await storages.UseAsync(site, observer, async storage =>
        {
            var opened = await OpenedBackup.OpenAsync(context, record!, storage, cancellationToken).ConfigureAwait(false);
            await using var _ = opened.ConfigureAwait(false);
            return await UntrustedConfig.FindCommandsAsync(opened, site.Limits, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>Clones a backup and returns the new app.</summary>
    /// <exception cref="BackupException">It failed; there is no new app, and its folder is as it was.</exception>
    public Task<BackupApp> RunAsync(string backupId, AppCopyOptions options, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var record = context.Backups.Find(backupId);
        var backup = record?.Backup as AppBackup ?? throw BackupErrors.BackupNotFound(backupId);
        var site = storages.Resolve(backup.Site);
        return storages.UseAsync(site, observer, async storage =>
        {
            var opened = await OpenedBackup.OpenAsync(context, record!, storage, cancellationToken).ConfigureAwait(false);
            await using var _ = opened.ConfigureAwait(false);
            var source = new BackupSource(context, opened);
            var installer = new AppInstaller(context, observer);
            var app = installer.Prepare(
                new BackupApp
                {
                    Id = Guid.Empty,
                    Location = options.Location,
                    PackageName = backup.PackageName,
                    Version = opened.Info.Version,
                    DataDirectory = options.DataDirectory,
                    UnfinishedRestore = backupId,
                },
                source);
            observer.OnStep($"Cloning {backup.Location} from {backupId} to {app.Location}.");
            return await installer.RunAsync(app, source, site.Limits, options, cancellationToken).ConfigureAwait(false);
        });
    }
}
