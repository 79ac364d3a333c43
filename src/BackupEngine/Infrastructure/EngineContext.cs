using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.Platform;
using CloudBackup.Storage;

namespace CloudBackup.Infrastructure;

/// <summary>What all parts of the engine stand on: one per open engine.</summary>
internal sealed record EngineContext(
    PlatformHome Home,
    SiteStore Sites,
    AppStore Apps,
    BackupStore Backups,
    RestoreJournal RestoreJournal,
    SecretStore Secrets,
    KeyRing Keys,
    TimeProvider Time,
    IRandomSource Random,
    Func<IBackupStorage, IBackupStorage> InterceptStorage)
{
    /// <summary>The time of day, in the milliseconds that stored times have.</summary>
    public DateTimeOffset NowInMilliseconds() => DateTimeOffset.FromUnixTimeMilliseconds(Time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>What a site's storage is made with.</summary>
    public StorageContext StorageContext(IOperationObserver observer) => new(Time, Random, observer.OnDetail, InterceptStorage);
}
