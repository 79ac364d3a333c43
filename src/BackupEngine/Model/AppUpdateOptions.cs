namespace CloudBackup;

/// <summary>How an app is updated.</summary>
public sealed record AppUpdateOptions
{
    /// <summary>The new version.</summary>
    public required string Version { get; init; }

    /// <summary>The site that gets the backup from before; null for the default one.</summary>
    public string? Site { get; init; }

    /// <summary>Whether the app is updated without a backup, and so without a way back.</summary>
    public bool SkipBackup { get; init; }
}
