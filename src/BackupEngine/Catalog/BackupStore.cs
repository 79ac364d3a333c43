using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Catalog;

/// <summary>The backups in the catalog.</summary>
internal sealed class BackupStore(PlatformDatabase database)
{
    private const string Select = "SELECT document, origin, info_hash FROM app_backup";

    /// <summary>The backups that fit every given condition, newest first.</summary>
    public List<BackupRecord> List(string? location = null, string? site = null, Guid? appId = null) => database.Query(
        $"""
        {Select}
        WHERE ($location IS NULL OR location = $location) AND ($site IS NULL OR site = $site) AND ($app IS NULL OR app_id = $app)
        ORDER BY created DESC, id
        """,
        Read,
        ("$location", location),
        ("$site", site),
        ("$app", appId is { } id ? AppStore.Key(id) : null));

    /// <summary>The backup of an id; null when there is none.</summary>
    public BackupRecord? Find(string id) => database.Query($"{Select} WHERE id = $id", Read, ("$id", id)).FirstOrDefault();

    /// <summary>The backup at a place in a site; null when there is none.</summary>
    public BackupRecord? FindByPath(string site, string remotePath) => database.Query(
        $"{Select} WHERE site = $site AND remote_path = $path", Read, ("$site", site), ("$path", remotePath)).FirstOrDefault();

    /// <summary>Adds a record, or replaces the one of the same id.</summary>
    public void Save(BackupRecord record)
    {
        var backup = record.Backup;
        database.Execute(
            """
            INSERT INTO app_backup (id, app_id, location, site, remote_path, state, created, origin, info_hash, document)
            VALUES ($id, $app, $location, $site, $path, $state, $created, $origin, $hash, $document)
            ON CONFLICT (id) DO UPDATE SET
                app_id = excluded.app_id, location = excluded.location, site = excluded.site, remote_path = excluded.remote_path,
                state = excluded.state, created = excluded.created, origin = excluded.origin, info_hash = excluded.info_hash,
                document = excluded.document
            """,
            ("$id", backup.Id),
            ("$app", AppStore.Key(backup.AppId)),
            ("$location", backup.Location),
            ("$site", backup.Site),
            ("$path", backup.RemotePath),
            ("$state", backup.State.ToString()),
            ("$created", backup.Created.ToUnixTimeMilliseconds()),
            ("$origin", record.IsLocal ? "local" : "storage"),
            ("$hash", record.InfoHash),
            ("$document", JsonSerializer.Serialize(backup, ModelJson.Default.AppBackup)));
    }

    /// <summary>Drops a record.</summary>
    public bool Remove(string id) => database.Execute("DELETE FROM app_backup WHERE id = $id", ("$id", id)) == 1;

    private static BackupRecord Read(SqliteDataReader row) => new()
    {
        Backup = JsonSerializer.Deserialize(row.GetString(0), ModelJson.Default.AppBackup)!,
        IsLocal = row.GetString(1) == "local",
        InfoHash = row.IsDBNull(2) ? null : row.GetString(2),
    };
}
