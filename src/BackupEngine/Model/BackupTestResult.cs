namespace CloudBackup;

/// <summary>What is wrong with an entry of a backup, or with the backup as a whole.</summary>
/// <param name="Path">The path inside the backup; empty for the whole.</param>
/// <param name="Reason">What is wrong.</param>
public sealed record BackupProblem(string Path, string Reason)
{
    /// <summary>Path and reason.</summary>
    public override string ToString() => Path.Length == 0 ? Reason : $"{Path}: {Reason}";
}

/// <summary>What a test of a backup has shown.</summary>
public sealed record BackupTestResult
{
    /// <summary>The backup.</summary>
    public required string Id { get; init; }

    /// <summary>The app's location; null for a backup of the platform.</summary>
    public string? Location { get; init; }

    /// <summary>The site that holds the backup.</summary>
    public required string Site { get; init; }

    /// <summary>True when everything is there and nothing of what was checked is wrong.</summary>
    public bool IsValid { get; init; }

    /// <summary>Whether all content was read and every hash compared, rather than only what a listing tells.</summary>
    public bool IsDeep { get; init; }

    /// <summary>Entries checked.</summary>
    public long FilesChecked { get; init; }

    /// <summary>Bytes of content read and hashed.</summary>
    public long BytesChecked { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What is wrong (the first thousand).</summary>
    public IReadOnlyList<BackupProblem> Problems { get; init; } = [];
}
