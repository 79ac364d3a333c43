namespace CloudBackup;

/// <summary>What an item of a backup is.</summary>
public enum BackupItemType
{
    /// <summary>A file.</summary>
    File,

    /// <summary>A folder.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>A further name of a file.</summary>
    HardLink,
}

/// <summary>A file, folder or link in a backup.</summary>
public sealed record BackupItem
{
    /// <summary>The backup.</summary>
    public required string BackupId { get; init; }

    /// <summary>The path inside the backup, such as <c>data/notes/today.txt</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The last part of the path.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>What it is.</summary>
    public BackupItemType Type { get; init; }

    /// <summary>Bytes of content of a file; 0 for all else.</summary>
    public long Size { get; init; }

    /// <summary>When its content changed last.</summary>
    public DateTimeOffset Modified { get; init; }

    /// <summary>
    /// Whether the time is one before the year 1 or after 9999, which only a file system can have: <see cref="Modified"/> is then the first or the
    /// last moment of these years. A restore sets the time itself.
    /// </summary>
    public bool IsModifiedClamped { get; init; }

    /// <summary>The permission bits, in octal.</summary>
    public required string Mode { get; init; }

    /// <summary>The owner's name, or number where it had none.</summary>
    public required string Owner { get; init; }

    /// <summary>The group's name, or number where it had none.</summary>
    public required string Group { get; init; }

    /// <summary>What a link leads to; null for all else.</summary>
    public string? Target { get; init; }

    /// <summary>SHA-256 of a file's content, in hexadecimal; null for all else.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The path as it is stored, where names need not be text.</summary>
    internal string RawPath { get; init; } = "";

    /// <summary>The path.</summary>
    public override string ToString() => Path;
}
