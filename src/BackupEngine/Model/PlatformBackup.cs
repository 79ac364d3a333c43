using System.Text.Json.Serialization;

namespace CloudBackup;

/// <summary>One backup of the platform itself, and of what it depends on. Its version is that of the CloudBackup that made it.</summary>
public sealed record PlatformBackup : SiteBackup
{
    /// <summary>The platform that was backed up; a restored platform is the same one.</summary>
    public required Guid PlatformId { get; init; }

    /// <summary>The ids of the app backups that a restore of this one brings back.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>What the run did for each app.</summary>
    public IReadOnlyList<PlatformBackupApp> Apps { get; init; } = [];

    /// <summary>Whether every app that should be backed up was.</summary>
    public bool IsComplete => Apps.All(app => app.Outcome is AppRunOutcome.BackedUp or AppRunOutcome.Excluded);
}

/// <summary>What a platform backup did for one app.</summary>
public sealed record PlatformBackupApp
{
    /// <summary>The app.</summary>
    public required Guid AppId { get; init; }

    /// <summary>Its location.</summary>
    public required string Location { get; init; }

    /// <summary>What came of it.</summary>
    public AppRunOutcome Outcome { get; init; }

    /// <summary>The backup of the app that the platform backup depends on; null when there is none.</summary>
    public string? BackupId { get; init; }

    /// <summary>Why the app was not backed up; null when it was.</summary>
    public string? Error { get; init; }

    /// <summary>The failure itself, in the process that the run was in.</summary>
    [JsonIgnore]
    public BackupException? Failure { get; init; }

    /// <summary>Location and outcome.</summary>
    public override string ToString() => $"{Location}: {Outcome}";
}

/// <summary>What a platform backup did for an app.</summary>
public enum AppRunOutcome
{
    /// <summary>A new backup of the app was made.</summary>
    BackedUp,

    /// <summary>The app's backup failed, and the platform backup depends on an older one of it.</summary>
    FellBack,

    /// <summary>The app's backup failed, and there is no older one: a restore will not bring the app's data back.</summary>
    Failed,

    /// <summary>Automatic backup of the app is off; the platform backup depends on its latest backup, if there is one.</summary>
    Excluded,
}
