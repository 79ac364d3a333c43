namespace CloudBackup;

/// <summary>How a backup of the platform is made.</summary>
public sealed record PlatformBackupOptions
{
    /// <summary>How many apps are backed up concurrently by default.</summary>
    public const int DefaultThrottle = 3;

    /// <summary>The site; null for the default one.</summary>
    public string? Site { get; init; }

    /// <summary>A text of the user's.</summary>
    public string? Label { get; init; }

    /// <summary>Retention leaves the backup, and those it depends on, alone until then.</summary>
    public DateTimeOffset? PreserveUntil { get; init; }

    /// <summary>How many apps are backed up at a time; from 1 to 64.</summary>
    public int Throttle { get; init; } = DefaultThrottle;

    /// <summary>Whether apps with automatic backup off are backed up too, as before an update of the platform.</summary>
    public bool ForUpdate { get; init; }
}
