namespace CloudBackup;

/// <summary>The kind of data store that an addon dumps.</summary>
public enum AddonType
{
    /// <summary>A SQLite database file inside the data directory, copied by SQLite's online backup.</summary>
    Sqlite,
}
