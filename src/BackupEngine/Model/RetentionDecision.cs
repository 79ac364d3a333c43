namespace CloudBackup;

/// <summary>What retention wants done with a backup.</summary>
public enum RetentionAction
{
    /// <summary>It stays.</summary>
    Keep,

    /// <summary>It goes.</summary>
    Remove,
}

/// <summary>What became of a backup in a cleanup.</summary>
public enum CleanupOutcome
{
    /// <summary>Nothing was done yet: the decision is a plan.</summary>
    Planned,

    /// <summary>It stayed.</summary>
    Kept,

    /// <summary>It is gone, from the storage and from the catalog.</summary>
    Removed,

    /// <summary>Its removal failed; the next cleanup tries again.</summary>
    Failed,

    /// <summary>Its app, or the platform, was in use, or you said no; the next cleanup decides again.</summary>
    Postponed,

    /// <summary>
    /// The storage does not show it, so the catalog drops its record. That can be a wrong answer: its note and its keys stay, and a sync that finds the
    /// backup knows it again.
    /// </summary>
    Dropped,
}

/// <summary>What a cleanup decided on one backup, why, and what came of it.</summary>
public sealed record RetentionDecision
{
    /// <summary>The backup's id.</summary>
    public required string Id { get; init; }

    /// <summary>The site that holds the backup.</summary>
    public required string Site { get; init; }

    /// <summary>The app that was backed up; null for a backup of the platform.</summary>
    public Guid? AppId { get; init; }

    /// <summary>The app's location when it was backed up; null for a backup of the platform.</summary>
    public string? Location { get; init; }

    /// <summary>When the backup's run started, UTC.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The backup's state before the cleanup.</summary>
    public BackupState State { get; init; }

    /// <summary>Bytes stored.</summary>
    public long Size { get; init; }

    /// <summary>The backup's label.</summary>
    public string? Label { get; init; }

    /// <summary>What is to be done.</summary>
    public RetentionAction Action { get; init; }

    /// <summary>
    /// Why: <c>daily-3</c>, <c>latest</c>, <c>referenced by …</c>, <c>preserved until …</c>, <c>within 30 days</c>, <c>future</c>,
    /// <c>outside-policy</c>, <c>failed</c>, <c>creating-too-long</c>, <c>gone</c> and so on; about_CloudBackupRetention tells all.
    /// </summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>The reasons in one line.</summary>
    public string Reason => string.Join("; ", Reasons);

    /// <summary>What was done.</summary>
    public CleanupOutcome Outcome { get; init; }

    /// <summary>Why it was not done; null otherwise.</summary>
    public string? Error { get; init; }

    /// <summary>The decision in one line.</summary>
    public override string ToString() => $"{Id}: {Action} ({Reason})";
}
