namespace CloudBackup.Catalog;

/// <summary>
/// What the catalog remembers of records that it drops: a storage that does not show a backup for a while must not make a stranger's of the
/// platform's own.
/// </summary>
internal static class OwnRecords
{
    /// <summary>Drops records, and remembers which backup infos this platform wrote.</summary>
    /// <param name="database">The catalog.</param>
    /// <param name="condition">Which rows of the table backup.</param>
    /// <param name="parameters">The values in the condition.</param>
    /// <returns>How many there were.</returns>
    public static int Drop(PlatformDatabase database, string condition, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        database.Execute(
            $"""
            INSERT OR REPLACE INTO own_record (info_hash, remote_path)
            SELECT info_hash, remote_path FROM backup WHERE origin = '{BackupStore.LocalOrigin}' AND info_hash IS NOT NULL AND {condition}
            """,
            parameters);
        return database.Execute($"DELETE FROM backup WHERE {condition}", parameters);
    }

    /// <summary>Whether a dropped record's backup info was that one.</summary>
    public static bool Has(PlatformDatabase database, string remotePath, string infoHash) => database.Query(
        "SELECT 1 FROM own_record WHERE info_hash = $hash AND remote_path = $path", _ => true, ("$hash", infoHash), ("$path", remotePath)).Count > 0;

    /// <summary>Forgets all.</summary>
    public static void Clear(PlatformDatabase database) => database.Execute("DELETE FROM own_record");
}
