using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.Decorators;

/// <summary>
/// Puts a site's storage together. From the outside in: prefix, retry, concurrency limit, logging, provider. Retry is outside the limit,
/// so that an operation that waits for its next try holds no place; logging is inside both, so that every single try is logged. A storage that
/// paces itself gets neither retry nor limit.
/// </summary>
internal static class StorageStack
{
    /// <summary>The storage of a site, ready for the engine.</summary>
    public static IBackupStorage Open(BackupSite site, StorageContext context)
    {
        var storage = StorageProviders.Get(site.Provider).Open(site.Settings, context);
        return Decorate(storage, site, context);
    }

    /// <summary>Wraps a provider's storage.</summary>
    public static IBackupStorage Decorate(IBackupStorage storage, BackupSite site, StorageContext context)
    {
        storage = new LoggingStorage(context.Intercept(storage), context.Time, context.Log);
        storage = storage.Capabilities.PacesItself ? storage : Pace(storage, site.Limits, context);
        return site.Prefix.Length == 0 ? storage : new PrefixedStorage(storage, site.Prefix);
    }

    private static RetryStorage Pace(IBackupStorage storage, SiteLimits limits, StorageContext context)
    {
        var capabilities = storage.Capabilities;
        var limited = new ConcurrencyLimitStorage(
            storage,
            new AdaptiveLimiter(limits.UploadConcurrency ?? capabilities.UploadConcurrency, context.Log),
            new AdaptiveLimiter(limits.DownloadConcurrency ?? capabilities.DownloadConcurrency, context.Log),
            new AdaptiveLimiter(limits.CopyConcurrency ?? capabilities.CopyConcurrency, context.Log));
        return new RetryStorage(limited, context.Retry, context.Time, context.Log);
    }
}
