using CloudBackup.Catalog;
using CloudBackup.Retention;
using CloudBackup.Sync;

namespace CloudBackup.Cleanup;

/// <summary>A backup that the catalog knows, with what else matters to a cleanup.</summary>
/// <param name="Record">Its record.</param>
/// <param name="Presence">How much of it the storage holds; of backups without data, Whole.</param>
/// <param name="IsRunLive">For one that is being created: whether its run lives.</param>
internal sealed record CleanupCandidate(BackupRecord Record, BackupPresence Presence = BackupPresence.Whole, bool IsRunLive = false)
{
    /// <summary>True when its run died between the last two steps: it is complete, and its record is still to say so.</summary>
    public bool IsToBeSettled { get; init; }

    /// <summary>Whether users count on it.</summary>
    public bool HoldsData => Record.Backup.HoldsData;
}

/// <summary>Everything that a cleanup's decisions depend on.</summary>
internal sealed record CleanupFacts
{
    /// <summary>The site.</summary>
    public required BackupSite Site { get; init; }

    /// <summary>The backups of the site that the catalog knows.</summary>
    public required IReadOnlyList<CleanupCandidate> Candidates { get; init; }

    /// <summary>What backups are weighed with.</summary>
    public required RetentionRules Rules { get; init; }

    /// <summary>Whose backups are this platform's: apps that are or were registered here, and the platform itself.</summary>
    public required IReadOnlySet<BackupOwner> Owners { get; init; }

    /// <summary>The platforms that this one is, or was restored from.</summary>
    public required IReadOnlySet<Guid> Platforms { get; init; }
}
