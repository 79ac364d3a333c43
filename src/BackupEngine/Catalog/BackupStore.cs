using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Catalog;

/// <summary>The backups in the catalog, of apps and of the platform.</summary>
internal sealed class BackupStore(PlatformDatabase database)
{
    private const string Select = "SELECT kind, document, origin, info_hash FROM backup";
    private const string AppKind = "app";
    private const string BoxKind = "box";

    /// <summary>The backups that fit every given condition, newest first. Those of the platform have no location and no app.</summary>
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

    /// <summary>The backups of one owner on a site, newest first.</summary>
    public List<BackupRecord> ListOf(BackupOwner owner, string site) => database.Query(
        $"{Select} WHERE site = $site AND app_id IS $app ORDER BY created DESC, id",
        Read,
        ("$site", site),
        ("$app", owner.AppId is { } id ? AppStore.Key(id) : null));

    /// <summary>The backup of an id; null when there is none.</summary>
    public BackupRecord? Find(string id) => database.Query($"{Select} WHERE id = $id", Read, ("$id", id)).FirstOrDefault();

    /// <summary>The backup at a place in a site; null when there is none.</summary>
    public BackupRecord? FindByPath(string site, string remotePath) => database.Query(
        $"{Select} WHERE site = $site AND remote_path = $path", Read, ("$site", site), ("$path", remotePath)).FirstOrDefault();

    /// <summary>Adds a record, or replaces the one of the same id.</summary>
    public void Save(BackupRecord record)
    {
        var backup = record.Backup;
        var app = backup as AppBackup;
        database.Execute(
            """
            INSERT INTO backup (id, kind, app_id, location, site, remote_path, state, created, origin, info_hash, document)
            VALUES ($id, $kind, $app, $location, $site, $path, $state, $created, $origin, $hash, $document)
            ON CONFLICT (id) DO UPDATE SET
                kind = excluded.kind, app_id = excluded.app_id, location = excluded.location, site = excluded.site,
                remote_path = excluded.remote_path, state = excluded.state, created = excluded.created, origin = excluded.origin,
                info_hash = excluded.info_hash, document = excluded.document
            """,
            ("$id", backup.Id),
            ("$kind", app is null ? BoxKind : AppKind),
            ("$app", app is null ? null : AppStore.Key(app.AppId)),
            ("$location", app?.Location),
            ("$site", backup.Site),
            ("$path", backup.RemotePath),
            ("$state", backup.State.ToString()),
            ("$created", backup.Created.ToUnixTimeMilliseconds()),
            ("$origin", record.IsLocal ? "local" : "storage"),
            ("$hash", record.InfoHash),
            ("$document", Write(backup)));
    }

    /// <summary>Drops a record.</summary>
    public bool Remove(string id) => database.Execute("DELETE FROM backup WHERE id = $id", ("$id", id)) == 1;

    private static string Write(SiteBackup backup) => backup is AppBackup app
        ? JsonSerializer.Serialize(app, ModelJson.Default.AppBackup)
        : JsonSerializer.Serialize((PlatformBackup)backup, ModelJson.Default.PlatformBackup);

    private static BackupRecord Read(SqliteDataReader row) => new()
    {
        Backup = row.GetString(0) == AppKind
            ? JsonSerializer.Deserialize(row.GetString(1), ModelJson.Default.AppBackup)!
            : JsonSerializer.Deserialize(row.GetString(1), ModelJson.Default.PlatformBackup)!,
        IsLocal = row.GetString(2) == "local",
        InfoHash = row.IsDBNull(3) ? null : row.GetString(3),
    };
}
