using CloudBackup.Backup;
using CloudBackup.Platform;
using CloudBackup.Sites;
using CloudBackup.Storage;
using CloudBackup.Swapping;

namespace CloudBackup.Restore;

/// <summary>Backs an app up before its data or version is replaced, so that this can be undone also when it went well.</summary>
/// <param name="context">The platform.</param>
/// <param name="label">What is about to be done.</param>
/// <param name="refuse">The failure to tell when the backup fails, made of the app's location and the reason.</param>
/// <param name="observer">Is told of steps.</param>
internal sealed class SafetyBackup(
    EngineContext context, string label, Func<string, BackupException, BackupException> refuse, IOperationObserver observer)
{
    /// <summary>How long retention leaves such a backup alone: some mistakes are only noticed after a while.</summary>
    public static readonly TimeSpan Preserved = TimeSpan.FromDays(21);

    /// <summary>Makes the backup on a site.</summary>
    /// <param name="app">The app.</param>
    /// <param name="storages">Opens the site's storage.</param>
    /// <param name="siteName">The site; null for the default.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="BackupException">It cannot be made; nothing was changed.</exception>
    public Task<AppBackup> MakeAsync(LockedApp app, SiteStorage storages, string? siteName, CancellationToken cancellationToken)
    {
        var site = storages.Resolve(siteName);
        return storages.UseAsync(site, observer, storage => MakeAsync(app, site, storage, cancellationToken));
    }

    /// <summary>Makes the backup on a storage that is open.</summary>
    /// <exception cref="BackupException">It cannot be made; nothing was changed.</exception>
    public async Task<AppBackup> MakeAsync(LockedApp app, BackupSite site, IBackupStorage storage, CancellationToken cancellationToken)
    {
        var options = new AppBackupOptions { Label = label, PreserveUntil = context.Time.GetUtcNow() + Preserved };
        observer.OnStep($"Backing {app.App.Location} up as it is now, before anything is replaced.");
        try
        {
            var run = BackupRun.Start(context, site, storage, options, observer);
            return await new AppBatch(context).BackUpAsync(app, run, cancellationToken).ConfigureAwait(false)
                ?? throw BackupErrors.SiteKeepsNothing(site.Name);
        }
        catch (BackupException failure)
        {
            throw refuse(app.App.Location, failure);
        }
        catch (StorageException failure)
        {
            throw refuse(app.App.Location, StorageFailure.Explain(site.Name, failure));
        }
    }
}
