using System.Globalization;
using System.Text;
using System.Text.Json;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Retention;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Catalog;

/// <summary>The backups in the catalog, of apps and of the platform.</summary>
internal sealed class BackupStore(PlatformDatabase database)
{
    // In the document, beside what the model says: a column of its own would need another schema.
    private const string MediumOfRow = "CASE WHEN json_valid(backup.document) THEN json_extract(backup.document, '$.medium') END";
    private const string Select = $"SELECT kind, document, origin, info_hash, id, site, remote_path, {MediumOfRow} FROM backup";
    private const string AppKind = "app";
    private const string BoxKind = "box";
    internal const string LocalOrigin = "local";
    private const int LongestShown = 100;

    /// <summary>The backups that fit every given condition, newest first. Those of the platform have no location and no app.</summary>
    public List<BackupRecord> List(string? location = null, string? site = null, Guid? appId = null) => Query(
        $"""
        {Select}
        WHERE ($location IS NULL OR location = $location) AND ($site IS NULL OR site = $site) AND ($app IS NULL OR app_id = $app)
        ORDER BY created DESC, id
        """,
        ("$location", location),
        ("$site", site),
        ("$app", appId is { } id ? AppStore.Key(id) : null));

    /// <summary>The backups of one owner on a site, newest first.</summary>
    public List<BackupRecord> ListOf(BackupOwner owner, string site) => Query(
        $"{Select} WHERE site = $site AND app_id IS $app ORDER BY created DESC, id",
        ("$site", site),
        ("$app", owner.AppId is { } id ? AppStore.Key(id) : null));

    /// <summary>The backup of an id; null when there is none.</summary>
    public BackupRecord? Find(string id) => Query($"{Select} WHERE id = $id", ("$id", id)).FirstOrDefault();

    /// <summary>The backup at a place in a site; null when there is none.</summary>
    public BackupRecord? FindByPath(string site, string remotePath) => Query(
        $"{Select} WHERE site = $site AND remote_path = $path", ("$site", site), ("$path", remotePath)).FirstOrDefault();

    /// <summary>Adds a record, or replaces the one of the same id.</summary>
    public void Save(BackupRecord record)
    {
        var backup = record.Backup;
        var app = backup as AppBackup;
        database.Execute(
            $"""
            INSERT INTO backup (id, kind, app_id, location, site, remote_path, state, created, origin, info_hash, document)
            VALUES ($id, $kind, $app, $location, $site, $path, $state, $created, $origin, $hash, json_set($document, '$.medium', $medium))
            ON CONFLICT (id) DO UPDATE SET
                kind = excluded.kind, app_id = excluded.app_id, location = excluded.location, site = excluded.site,
                remote_path = excluded.remote_path, state = excluded.state, created = excluded.created, origin = excluded.origin,
                info_hash = excluded.info_hash,
                document = json_set(excluded.document, '$.medium', COALESCE($medium, {MediumOfRow}))
            """,
            ("$id", backup.Id),
            ("$kind", app is null ? BoxKind : AppKind),
            ("$app", app is null ? null : AppStore.Key(app.AppId)),
            ("$location", app?.Location),
            ("$site", backup.Site),
            ("$path", backup.RemotePath),
            ("$state", backup.State.ToString()),
            ("$created", backup.Created.ToUnixTimeMilliseconds()),
            ("$origin", OriginText(backup.Origin)),
            ("$hash", record.InfoHash),
            ("$document", Write(backup)),
            ("$medium", record.Medium));
    }

    /// <summary>Notes which disk or bucket a backup is on.</summary>
    public void SetMedium(string id, string medium) => database.Execute(
        "UPDATE backup SET document = json_set(document, '$.medium', $medium) WHERE id = $id", ("$id", id), ("$medium", medium));

    /// <summary>Removes the record of a backup that was removed, or never made.</summary>
    public bool Remove(string id) => database.Execute("DELETE FROM backup WHERE id = $id", ("$id", id)) == 1;

    /// <summary>Drops the record of a backup that the storage does not show. Should it come back, it is known whether it is this platform's own.</summary>
    public void Drop(string id) => database.InTransaction(() => OwnRecords.Drop(database, "id = $id", ("$id", id)));

    private static string Write(SiteBackup backup) => backup is AppBackup app
        ? JsonSerializer.Serialize(app, ModelJson.Default.AppBackup)
        : JsonSerializer.Serialize((PlatformBackup)backup, ModelJson.Default.PlatformBackup);

    /// <summary>
    /// Whether this platform wrote the backup info with that hash, at a place in a site: also known where the rest of the row cannot be read.
    /// </summary>
    public bool IsOwnInfo(string site, string remotePath, string infoHash) => OwnRecords.Has(database, remotePath, infoHash) || database.Query(
        "SELECT 1 FROM backup WHERE site = $site AND remote_path = $path AND origin = $origin AND info_hash = $hash",
        _ => true,
        ("$site", site),
        ("$path", remotePath),
        ("$origin", LocalOrigin),
        ("$hash", infoHash)).Count > 0;

    /// <summary>Trusts no record, whatever it says, before a sync has read its backup from the storage.</summary>
    public void Distrust()
    {
        OwnRecords.Clear(database);
        database.Execute("UPDATE backup SET origin = $origin", ("$origin", OriginText(BackupOrigin.Claimed)));
    }

    /// <summary>How a row writes its origin.</summary>
    internal static string OriginText(BackupOrigin origin) => origin switch
    {
        BackupOrigin.Platform => LocalOrigin,
        BackupOrigin.Storage => "storage",
        BackupOrigin.Matched => "matched",
        _ => "claimed",
    };

    /// <summary>The origin that a row says.</summary>
    internal static BackupOrigin OriginOf(string? text) =>
        Array.Find(Enum.GetValues<BackupOrigin>(), origin => OriginText(origin) == text);

    /// <summary>Saves what was found at a place; another record of the same place goes.</summary>
    public void SaveFound(BackupRecord record) => database.InTransaction(() =>
    {
        OwnRecords.Drop(
            database,
            "site = $site AND remote_path = $path AND id IS NOT $id",
            ("$site", record.Backup.Site),
            ("$path", record.Backup.RemotePath),
            ("$id", record.Backup.Id));
        Save(record);
        return true;
    });

    /// <summary>The rows that cannot be read, of one site or of all.</summary>
    /// <param name="site">The site; null for all.</param>
    /// <param name="mayBePlatforms">Only those that may be backups of the platform, which other backups are needed by.</param>
    public List<UnreadableRow> ListUnreadable(string? site = null, bool mayBePlatforms = false) => database.Unreadable.NoteAll(database.Query(
        $"{Select} WHERE ($site IS NULL OR site = $site) AND ($all OR kind IS NOT $app OR app_id IS NULL) ORDER BY created DESC, id",
        row => TryRead(row, 0, 1, 4, out var fault) is null ? RowOf(row, fault) : null,
        ("$site", site),
        ("$all", mayBePlatforms ? 0 : 1),
        ("$app", AppKind)));

    /// <summary>Removes the rows of a site that cannot be read, and returns how many there were.</summary>
    public int RemoveUnreadable(string site) => database.InTransaction(() =>
    {
        var rows = database.Query("SELECT rowid, kind, document, id, site, remote_path FROM backup WHERE site = $site", row =>
            (Number: row.GetInt64(0), IsGood: TryRead(row, 1, 2, 3, out _) is not null), ("$site", site));
        return rows.Where(row => !row.IsGood).Sum(row => OwnRecords.Drop(database, "rowid = $row", ("$row", row.Number)));
    });

    private List<BackupRecord> Query(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        [.. database.Query(sql, Read, parameters).OfType<BackupRecord>()];

    private BackupRecord? Read(SqliteDataReader row)
    {
        if (TryRead(row, 0, 1, 4, out var fault) is { } backup)
        {
            return new BackupRecord
            {
                Backup = backup with { Origin = OriginOf(Text(row, 2)) },
                InfoHash = Text(row, 3),
                Medium = Text(row, 7),
            };
        }
        database.Unreadable.Note(RowOf(row, fault));
        return null;
    }

    private static UnreadableRow RowOf(SqliteDataReader row, string fault)
    {
        var site = OutsideText.Clean(Text(row, 5), LongestShown);
        var id = OutsideText.Clean(Text(row, 4) ?? Text(row, 6), LongestShown)!;
        return new UnreadableRow(
            $"the record of the backup '{id}' on the site '{site}'",
            fault,
            $"Sync-BackupCatalog {site} writes it again from the storage, or removes it.",
            id);
    }

    /// <summary>The backup of a row; null when the row cannot be read, or does not say what its document says.</summary>
    private static SiteBackup? TryRead(SqliteDataReader row, int kind, int document, int id, out string fault)
    {
        try
        {
            var bytes = Encoding.UTF8.GetBytes(Text(row, document) ?? "");
            SiteBackup backup = Text(row, kind) == AppKind
                ? OutsideJson.Read(bytes, ModelJson.Default.AppBackup)
                : OutsideJson.Read(bytes, ModelJson.Default.PlatformBackup);
            var isOfRow = backup.Id == Text(row, id) && backup.RemotePath == Text(row, id + 2)
                && string.Equals(backup.Site, Text(row, id + 1), StringComparison.OrdinalIgnoreCase);
            fault = RecordRules.FindFault(backup) ?? (isOfRow ? "" : "its columns say something else than its document");
            return fault.Length == 0 ? backup : null;
        }
        catch (JsonException failure)
        {
            fault = failure.Message;
            return null;
        }
    }

    private static string? Text(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : Convert.ToString(row.GetValue(column), CultureInfo.InvariantCulture);
}
