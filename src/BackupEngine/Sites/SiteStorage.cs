using CloudBackup.Infrastructure;
using CloudBackup.Platform;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;

namespace CloudBackup.Sites;

/// <summary>Opens the storages of sites, and tells their failures in the user's terms.</summary>
internal sealed class SiteStorage(EngineContext context)
{
    /// <summary>The site of a name, or the default one when the name is null.</summary>
    /// <exception cref="BackupException">There is no such site, or none at all.</exception>
    public BackupSite Resolve(string? name) => name is null
        ? context.Sites.FindDefault() ?? throw BackupErrors.NoDefaultSite()
        : context.Sites.Find(name) ?? throw BackupErrors.SiteNotFound(name);

    /// <summary>Opens a site's storage, runs <paramref name="use"/> and closes it.</summary>
    /// <param name="site">The site.</param>
    /// <param name="observer">Is told what the storage logs.</param>
    /// <param name="use">What is done with it.</param>
    /// <param name="credential">What to sign in with, in place of what is kept for the site.</param>
    /// <exception cref="BackupException">The storage failed; everything else passes through.</exception>
    public Task<T> UseAsync<T>(
        BackupSite site, IOperationObserver observer, Func<IBackupStorage, Task<T>> use, StorageCredential? credential = null) =>
        TranslateAsync(site, async () =>
        {
            var storage = StorageStack.Open(site, context.StorageContext(site, observer, credential));
            await using var _ = storage.ConfigureAwait(false);
            using var garbage = GarbageWatch.Start(MemoryBudget.Of(site.Limits));
            return await use(storage).ConfigureAwait(false);
        });

    /// <summary>Runs <paramref name="use"/> on a site's storage that is open already.</summary>
    /// <exception cref="BackupException">The storage failed; everything else passes through.</exception>
    public static async Task<T> TranslateAsync<T>(BackupSite site, Func<Task<T>> use)
    {
        try
        {
            return await use().ConfigureAwait(false);
        }
        catch (StorageException failure)
        {
            throw StorageFailure.Explain(site.Name, failure);
        }
    }
}
