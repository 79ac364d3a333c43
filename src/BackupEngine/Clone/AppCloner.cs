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
        var backups = new StoredBackups(context, storages);
        var record = backups.Find(backupId);
        return record.Backup.Trusted
            ? []
            : await backups.UseAsync(
                record, observer, (opened, site) => UntrustedConfig.FindCommandsAsync(opened, site.Limits, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
    }

    /// <summary>Clones a backup and returns the new app.</summary>
    /// <exception cref="BackupException">It failed; there is no new app, and its folder is as it was.</exception>
    public Task<BackupApp> RunAsync(string backupId, AppCopyOptions options, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var backups = new StoredBackups(context, storages);
        var record = backups.Find(backupId);
        var backup = (AppBackup)record.Backup;
        return backups.UseAsync(record, observer, async (opened, site) =>
        {
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
                },
                source);
            observer.OnStep($"Cloning {backup.Location} from {backupId} to {app.Location}.");
            return await installer.RunAsync(app, source, site.Limits, options, cancellationToken).ConfigureAwait(false);
        }, cancellationToken);
    }
}
