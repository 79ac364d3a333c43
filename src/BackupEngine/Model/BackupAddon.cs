namespace CloudBackup;

/// <summary>A data store of an app that is dumped, never copied live.</summary>
public sealed record BackupAddon
{
    /// <summary>The kind of data store.</summary>
    public required AddonType Type { get; init; }

    /// <summary>
    /// For <see cref="AddonType.Sqlite"/>: the database file as it stands in a backup, below <c>data/</c>
    /// (<c>data/app.db</c> is the file <c>app.db</c> of the data directory).
    /// </summary>
    public string? Path { get; init; }

    /// <summary>Kind and place, for lists and messages.</summary>
    public override string ToString() => $"{Type.ToString().ToLowerInvariant()}:{Path}";
}
