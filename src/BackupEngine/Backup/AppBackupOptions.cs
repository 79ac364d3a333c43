namespace CloudBackup;

/// <summary>How one backup of an app is made.</summary>
public sealed record AppBackupOptions
{
    /// <summary>The site; null for the default one.</summary>
    public string? Site { get; init; }

    /// <summary>A text of the user's.</summary>
    public string? Label { get; init; }

    /// <summary>Retention leaves the backup alone until then.</summary>
    public DateTimeOffset? PreserveUntil { get; init; }

    /// <summary>Whether unreadable items make the backup Partial instead of failing it.</summary>
    public bool ContinueOnError { get; init; }
}
