using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Catalog;

/// <summary>The apps in the catalog.</summary>
internal sealed class AppStore(PlatformDatabase database)
{
    // When an app was last backed up is not stored twice: it is the newest ready record of its backups.
    private const string Select =
        """
        SELECT document, (SELECT MAX(created) FROM backup WHERE app_id = app.id AND state = 'Ready')
        FROM app
        """;

    /// <summary>All apps, by location.</summary>
    public List<BackupApp> List() => database.Query($"{Select} ORDER BY location", Read);

    /// <summary>The app at a location; null when there is none.</summary>
    public BackupApp? Find(string location) =>
        database.Query($"{Select} WHERE location = $location", Read, ("$location", location)).FirstOrDefault();

    /// <summary>The app of an id; null when it is not registered (any more).</summary>
    public BackupApp? Find(Guid id) => database.Query($"{Select} WHERE id = $id", Read, ("$id", Key(id))).FirstOrDefault();

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

    /// <summary>How ids are written in the catalog.</summary>
    internal static string Key(Guid id) => id.ToString("D");

    private static string Write(BackupApp app) => JsonSerializer.Serialize(app with { LastBackup = null }, ModelJson.Default.BackupApp);

    private static BackupApp Read(SqliteDataReader row) => JsonSerializer.Deserialize(row.GetString(0), ModelJson.Default.BackupApp)! with
    {
        LastBackup = row.IsDBNull(1) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
    };
}
