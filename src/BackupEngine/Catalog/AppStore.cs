using System.Text.Json;
using CloudBackup.Infrastructure;
using CloudBackup.Retention;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Catalog;

/// <summary>The apps in the catalog.</summary>
/// <param name="database">The catalog.</param>
/// <param name="time">Says which backups have a time stamp in the future.</param>
internal sealed class AppStore(PlatformDatabase database, TimeProvider time)
{
    private const string Select = "SELECT document, location, id FROM app";

    /// <summary>All apps, by location.</summary>
    public List<BackupApp> List() => Query($"{Select} ORDER BY location");

    /// <summary>The app at a location; null when there is none.</summary>
    public BackupApp? Find(string location) =>
        Query($"{Select} WHERE location = $location", ("$location", location)).FirstOrDefault();

    /// <summary>The app of an id; null when it is not registered (any more).</summary>
    public BackupApp? Find(Guid id) => Query($"{Select} WHERE id = $id", ("$id", Key(id))).FirstOrDefault();

    /// <summary>The rows of apps that cannot be read. These apps are registered all the same.</summary>
    public List<UnreadableRow> ListUnreadable()
    {
        const string WithOwnId = "SELECT document, location, id, CASE WHEN json_valid(document) THEN json_extract(document, '$.id') END FROM app ORDER BY location";
        var found = new List<UnreadableRow>();
        database.Query(WithOwnId, row => Read(row, fault => found.Add(fault with { Name = CatalogRow.Text(row, 1), AppId = FindId(row) })));
        return found;
    }

    /// <summary>How many apps are registered, whether their rows can be read or not.</summary>
    public int Count() => database.Query("SELECT count(*) FROM app", row => row.GetInt32(0))[0];

    /// <summary>Whether an app is registered, whether its row can be read or not.</summary>
    public bool Contains(Guid id) => database.Query("SELECT 1 FROM app WHERE id = $id", _ => true, ("$id", Key(id))).Count > 0 || Find(id) is not null;

    /// <summary>Adds an app. False when the location is taken.</summary>
    public bool Add(BackupApp app) => database.Execute(
        "INSERT INTO app (id, location, document) VALUES ($id, $location, $document) ON CONFLICT DO NOTHING",
        ("$id", Key(app.Id)),
        ("$location", app.Location),
        ("$document", Write(app))) == 1;

    /// <summary>Replaces what is known of an app. False when it is not registered.</summary>
    public bool Update(BackupApp app) => database.Execute(
        "UPDATE app SET location = $location, document = $document WHERE id = $id",
        ("$id", Key(app.Id)),
        ("$location", app.Location),
        ("$document", Write(app))) == 1;

    /// <summary>Removes an app; its backups stay.</summary>
    public bool Remove(Guid id) => database.Execute("DELETE FROM app WHERE id = $id", ("$id", Key(id))) == 1;

    /// <summary>Removes an app whose row cannot be read. False when there is none.</summary>
    public bool RemoveUnreadable(string location) =>
        Find(location) is null && database.Execute("DELETE FROM app WHERE location = $location", ("$location", location)) == 1;

    /// <summary>How ids are written in the catalog.</summary>
    internal static string Key(Guid id) => id.ToString("D");

    private static string Write(BackupApp app) => JsonSerializer.Serialize(app with { LastBackup = null }, ModelJson.Default.BackupApp);

    // When an app was last backed up is not stored twice: it is the newest ready record of its backups.
    private List<BackupApp> Query(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var apps = database.Query(sql, Read, parameters).OfType<BackupApp>().ToList();
        var only = apps.Count == 1 ? Key(apps[0].Id) : null;
        var now = time.GetUtcNow();
        var times = database.Query(
            """
            SELECT app_id, created, CASE WHEN json_valid(document) THEN json_extract(document, '$.madeAfter') END,
                origin = $local OR (origin = $storage AND CASE WHEN json_valid(document) THEN json_extract(document, '$.keyId') END IS NOT NULL),
                CASE WHEN json_valid(document) THEN json_extract(document, '$.madeAfterAlso') END
            FROM backup WHERE state = 'Ready' AND app_id IS NOT NULL AND ($app IS NULL OR app_id = $app)
            """,
            row => (
                App: row.GetString(0),
                Trusted: row.GetInt64(3) != 0,
                Created: OutsideTime.FromUnixMilliseconds(row.GetInt64(1)),
                MadeAfter: NewestBackup.Later(OutsideTime.Parse(row.GetValue(2)), OutsideTime.ParseAll(row.GetValue(4)), now, NewestBackup.ClockTolerance)),
            ("$app", only),
            ("$local", BackupStore.OriginText(BackupOrigin.Platform)),
            ("$storage", BackupStore.OriginText(BackupOrigin.Storage))).ToLookup(backup => backup.App, backup => (backup.Trusted, backup.Created, backup.MadeAfter));
        return apps.ConvertAll(app => app with { LastBackup = NewestBackup.FindNewest(times[Key(app.Id)], now) });
    }

    private BackupApp? Read(SqliteDataReader row) => Read(row, onUnreadable: null);

    /// <summary>The id of an app whose row cannot be read; null where column and document do not agree on it.</summary>
    private static Guid? FindId(SqliteDataReader row)
    {
        var (column, document) = (CatalogRow.Text(row, 2), row.IsDBNull(3) ? null : row.GetValue(3) as string);
        return Guid.TryParse(column, out var id) && (document is null || document == column) ? id : null;
    }

    private BackupApp? Read(SqliteDataReader row, Action<UnreadableRow>? onUnreadable) => CatalogRow.TryRead(
        database,
        row,
        0,
        ModelJson.Default.BackupApp,
        $"the app '{CatalogRow.Shown(row, 1)}'",
        $"Unregister-BackupApp {CatalogRow.Shown(row, 1)} removes it; its data and its backups stay.",
        app => Key(app.Id) == CatalogRow.Text(row, 2) && string.Equals(app.Location, CatalogRow.Text(row, 1), StringComparison.OrdinalIgnoreCase)
            ? null
            : "its columns say something else than its document",
        onUnreadable);
}
