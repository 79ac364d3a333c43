namespace CloudBackup;

/// <summary>What becomes of a backup that is brought up as a new app.</summary>
public sealed record AppCopyOptions
{
    /// <summary>The new app's location.</summary>
    public required string Location { get; init; }

    /// <summary>Its data directory; missing or empty.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Changes what the backup's configuration says; null to take it as it is.</summary>
    public Func<BackupApp, BackupApp>? Change { get; init; }

    /// <summary>Whether the app's commands are told to leave DNS alone (<c>CLOUDBACKUP_SKIP_DNS=1</c>).</summary>
    public bool SkipDns { get; init; }

    /// <summary>
    /// Whether the app gets the commands of a backup that is not trusted. Without, it comes without commands, and a warning lists them.
    /// </summary>
    public bool AllowCommand { get; init; }
}
