using CloudBackup.Backup;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;

namespace CloudBackup.Restore;

/// <summary>Backs an app up before its data is replaced, so that this can be undone also when it went well.</summary>
internal sealed class SafetyBackup(EngineContext context, IOperationObserver observer)
{
    /// <summary>How long retention leaves such a backup alone: some mistakes are only noticed after a while.</summary>
    public static readonly TimeSpan Preserved = TimeSpan.FromDays(21);

    private const string Label = "before restore";

    /// <summary>
    /// Makes the backup for a caller that holds the app's lock. An app whose restore did not end has nothing that is worth one.
    /// </summary>
    /// <exception cref="BackupException">It cannot be made; nothing was changed.</exception>
    public async Task MakeAsync(BackupApp app, BackupSite site, IBackupStorage storage, CancellationToken cancellationToken)
    {
        if (app.UnfinishedRestore is not null)
        {
            return;
        }
        var options = new AppBackupOptions { Label = Label, PreserveUntil = context.Time.GetUtcNow() + Preserved };
        observer.OnStep($"Backing {app.Location} up as it is now, before anything is replaced.");
        try
        {
            var run = BackupRun.Start(context, site, storage, options, observer);
            await new AppBatch(context).BackUpLockedAsync(app, run, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupException failure)
        {
            throw BackupErrors.SafetyBackupFailed(app.Location, failure);
        }
        catch (StorageException failure)
        {
            throw BackupErrors.SafetyBackupFailed(app.Location, BackupErrors.FromStorage(site.Name, failure));
        }
    }
}
