using CloudBackup.Catalog;
using CloudBackup.Infrastructure;
using CloudBackup.Platform;
using CloudBackup.Storage;

namespace CloudBackup;

/// <summary>How an engine is opened.</summary>
public sealed record BackupEngineOptions
{
    /// <summary>The platform's home folder; null for the default one of the user or machine.</summary>
    public string? PlatformHome { get; init; }

    /// <summary>Whether a new platform is made where there is none; otherwise that is an error.</summary>
    public bool CreatesPlatform { get; init; } = true;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Randomness.</summary>
    internal IRandomSource Random { get; init; } = new SystemRandomSource();

    /// <summary>The version of CloudBackup, as its backups of the platform say it.</summary>
    internal string Version { get; init; } = ProductVersion.Number;

    /// <summary>The schema of the catalog; tests make catalogs as older versions left them.</summary>
    internal int Schema { get; init; } = Migrations.CurrentVersion;

    /// <summary>Put around every storage; tests inject failures there.</summary>
    internal Func<IBackupStorage, IBackupStorage> InterceptStorage { get; init; } = storage => storage;

    /// <summary>How long a failing storage is asked again.</summary>
    internal RetryOptions Retry { get; init; } = new();

    /// <summary>The home folder that is used.</summary>
    internal string EffectiveHome => PlatformHome ?? DefaultHome.Find();
}
