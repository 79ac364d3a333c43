using CloudBackup.Catalog;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;

namespace CloudBackup.Platform;

/// <summary>What all parts of the engine stand on: one per open engine.</summary>
internal sealed record EngineContext(
    PlatformHome Home,
    PlatformDatabase Database,
    PlatformStore Platform,
    SiteStore Sites,
    AppStore Apps,
    BackupStore Backups,
    RestoreJournal RestoreJournal,
    SecretStore Secrets,
    KeyRing Keys,
    TimeProvider Time,
    IRandomSource Random,
    Func<IBackupStorage, IBackupStorage> InterceptStorage) : IDisposable
{
    /// <summary>The restore of the platform that is under way.</summary>
    public PlatformRestoreJournal PlatformRestores { get; } = new(Database);

    /// <summary>Where executables are looked for: the folders in PATH.</summary>
    public string? SearchPath { get; init; } = Environment.GetEnvironmentVariable("PATH");

    /// <summary>The version of CloudBackup that this is.</summary>
    public string Version { get; init; } = ProductVersion.Number;

    /// <summary>The schema of the catalog.</summary>
    public int Schema { get; init; } = Migrations.CurrentVersion;

    /// <summary>The time of day, in the milliseconds that stored times have.</summary>
    public DateTimeOffset NowInMilliseconds() => DateTimeOffset.FromUnixTimeMilliseconds(Time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>How long a failing storage is asked again.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>What sites sign in with.</summary>
    public SiteCredentials Credentials { get; } = new(Secrets);

    /// <summary>What a site's storage is made with.</summary>
    /// <param name="site">The site.</param>
    /// <param name="observer">Is told what the storage logs.</param>
    /// <param name="credential">What to sign in with, in place of what is kept for the site.</param>
    public StorageContext StorageContext(BackupSite site, IOperationObserver observer, StorageCredential? credential = null)
    {
        var used = credential ?? Credentials.Read(site.Name);
        return new(Time, Random, observer.OnDetail, InterceptStorage)
        {
            Limits = site.Limits,
            Credential = used is { UserName.Length: 0 } ? null : used,
            Retry = Retry,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Keys.Dispose();
        Database.Dispose();
        Home.Dispose();
    }
}
