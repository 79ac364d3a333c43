using CloudBackup.Platform;
using CloudBackup.Reading;
using CloudBackup.Sites;

namespace CloudBackup.Import;

/// <summary>A backup in a storage that is to be imported, where the user named it by a site, a file or its place on this machine.</summary>
/// <param name="source">The storage.</param>
/// <param name="remotePath">The backup's path in it, without extension.</param>
internal sealed class StoredImport(RestoreSite source, string remotePath) : IDisposable
{
    /// <summary>The limits of the storage's site.</summary>
    public SiteLimits Limits => source.Site.Limits;

    /// <summary>Finds it; null for a file or folder on this machine that stands for itself.</summary>
    /// <exception cref="BackupException">There is no such site or file, or it does not say which backup is meant.</exception>
    public static StoredImport? Find(EngineContext context, SiteStorage storages, AppImportOptions options)
    {
        if (options.Path is { } path)
        {
            return RecordedBackup.Find(path) is { } recorded
                ? new(RestoreSite.OfFolder(context, recorded.StoragePath, options.Secrets), recorded.RemotePath)
                : null;
        }
        var source = RestoreSite.Resolve(context, storages, options.ConfigFile, options.Site, options.StoragePath, options.Secrets);
        if ((options.RemotePath ?? source.Export?.RemotePath) is { } remotePath)
        {
            return new(source, remotePath);
        }
        source.Dispose();
        throw BackupErrors.RemotePathNeeded(source.Site.Name);
    }

    /// <summary>Opens the backup for as long as it is used.</summary>
    /// <exception cref="BackupException">There is none, it is not an app's, it is damaged, or no key opens it.</exception>
    public Task<T> UseAsync<T>(
        EngineContext context, SiteStorage storages, IOperationObserver observer, Func<OpenedBackup, Task<T>> use, CancellationToken cancellationToken) =>
        storages.UseAsync(source.Site, observer, async storage =>
        {
            var (stored, isTrusted) = await new ForeignBackup(context, source, storage).OpenAsync(remotePath, cancellationToken).ConfigureAwait(false);
            var backup = await OpenedBackup.OpenAsync(context, stored, isTrusted, storage, cancellationToken).ConfigureAwait(false);
            await using var _ = backup.ConfigureAwait(false);
            return await use(backup).ConfigureAwait(false);
        }, source.Credential);

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}
