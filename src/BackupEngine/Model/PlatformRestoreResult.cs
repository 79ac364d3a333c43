using System.Text.Json.Serialization;

namespace CloudBackup;

/// <summary>What a restore of the platform did, or with <c>-WhatIf</c> would do.</summary>
public sealed record PlatformRestoreResult
{
    /// <summary>The platform backup; where nothing opens it, what is known of it: its path.</summary>
    public required string BackupId { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset BackupCreated { get; init; }

    /// <summary>The platform.</summary>
    public Guid PlatformId { get; init; }

    /// <summary>The CloudBackup that made the backup.</summary>
    public string BackupVersion { get; init; } = "";

    /// <summary>The site, as the restored platform names it.</summary>
    public required string Site { get; init; }

    /// <summary>Whether the platform itself is restored: sites, apps, backups, extra directories.</summary>
    public bool IsRestored { get; init; }

    /// <summary>Whether everything is: the platform, and the data of every app.</summary>
    public bool IsComplete => IsRestored && Apps.All(app => app.State == AppState.Installed);

    /// <summary>What was looked at before anything was touched.</summary>
    public IReadOnlyList<RestoreCheck> Checks { get; init; } = [];

    /// <summary>What became of each app.</summary>
    public IReadOnlyList<PlatformRestoreApp> Apps { get; init; } = [];

    /// <summary>Folders that had content, and where that is now: extra directories and data directories of apps.</summary>
    public IReadOnlyList<KeptFolder> KeptFolders { get; init; } = [];

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }
}

/// <summary>What a restore of the platform did for one app.</summary>
public sealed record PlatformRestoreApp
{
    /// <summary>The app.</summary>
    public required Guid AppId { get; init; }

    /// <summary>Its location.</summary>
    public required string Location { get; init; }

    /// <summary>The version it is restored to; the registered one when there is no backup.</summary>
    public required string Version { get; init; }

    /// <summary>The backup its data comes from; null when there is none.</summary>
    public string? BackupId { get; init; }

    /// <summary>What the app is now; null when nothing was done yet.</summary>
    public AppState? State { get; init; }

    /// <summary>Why it is not Installed; null when it is.</summary>
    public string? Error { get; init; }

    /// <summary>The failure itself, in the process that the restore was in.</summary>
    [JsonIgnore]
    public BackupException? Failure { get; init; }

    /// <summary>Location and state.</summary>
    public override string ToString() => State is null ? Location : $"{Location}: {State}";
}
