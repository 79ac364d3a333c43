using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Catalog;

/// <summary>The sites in the catalog.</summary>
internal sealed class SiteStore(PlatformDatabase database)
{
    /// <summary>All sites, by name.</summary>
    public List<BackupSite> List() => Query("SELECT is_default, document, name FROM site ORDER BY name");

    /// <summary>The site of a name; null when there is none.</summary>
    public BackupSite? Find(string name) =>
        Query("SELECT is_default, document, name FROM site WHERE name = $name", ("$name", name)).FirstOrDefault();

    /// <summary>The site that is used when none is named; null when there are no sites.</summary>
    public BackupSite? FindDefault() => Query("SELECT is_default, document, name FROM site WHERE is_default = 1").FirstOrDefault();

    /// <summary>Adds a site; the first one is the default. False when the name is taken.</summary>
    public bool Add(BackupSite site) => database.InTransaction(() =>
    {
        if (Find(site.Name) is not null)
        {
            return false;
        }
        MakeRoomForDefault(site);
        var isDefault = site.IsDefault || FindDefault() is null;
        database.Execute(
            "INSERT INTO site (name, is_default, document) VALUES ($name, $default, $document)",
            ("$name", site.Name),
            ("$default", isDefault ? 1 : 0),
            ("$document", Write(site)));
        return true;
    });

    /// <summary>Replaces a site's settings. False when there is no such site.</summary>
    public bool Update(BackupSite site) => database.InTransaction(() =>
    {
        MakeRoomForDefault(site);
        return database.Execute(
            "UPDATE site SET is_default = $default, document = $document WHERE name = $name",
            ("$name", site.Name),
            ("$default", site.IsDefault ? 1 : 0),
            ("$document", Write(site))) == 1;
    });

    /// <summary>Removes a site and the records of its backups; if it was the default, the next one by name becomes it.</summary>
    public bool Remove(string name) => database.InTransaction(() =>
    {
        OwnRecords.Drop(database, "site = $name", ("$name", name));
        var removed = database.Execute("DELETE FROM site WHERE name = $name", ("$name", name)) == 1;
        if (FindDefault() is null)
        {
            database.Execute("UPDATE site SET is_default = 1 WHERE name = (SELECT MIN(name) FROM site)");
        }
        return removed;
    });

    /// <summary>The rows of sites that cannot be read. These sites are there all the same.</summary>
    public List<UnreadableRow> ListUnreadable()
    {
        var found = new List<UnreadableRow>();
        database.Query(
            "SELECT is_default, document, name FROM site ORDER BY name", row => Read(row, fault => found.Add(fault with { Name = CatalogRow.Text(row, 2) })));
        return found;
    }

    /// <summary>The name of a site as it was given when the site was made, whether its row can be read or not; null when there is none.</summary>
    public string? FindName(string name) => database.Query("SELECT name FROM site WHERE name = $name", row => row.GetString(0), ("$name", name)).FirstOrDefault();

    /// <summary>Notes when a site was cleaned up.</summary>
    public bool NoteCleanup(string name, DateTimeOffset time) => database.InTransaction(() =>
        Find(name) is { } site && database.Execute(
            "UPDATE site SET document = $document WHERE name = $name", ("$name", name), ("$document", Write(site with { LastCleanup = time }))) == 1);

    private void MakeRoomForDefault(BackupSite site)
    {
        if (site.IsDefault)
        {
            database.Execute("UPDATE site SET is_default = 0 WHERE name <> $name", ("$name", site.Name));
        }
    }

    private static string Write(BackupSite site) => JsonSerializer.Serialize(site, ModelJson.Default.BackupSite);

    private List<BackupSite> Query(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        [.. database.Query(sql, Read, parameters).OfType<BackupSite>()];

    private BackupSite? Read(SqliteDataReader row) => Read(row, onUnreadable: null);

    private BackupSite? Read(SqliteDataReader row, Action<UnreadableRow>? onUnreadable)
    {
        var name = CatalogRow.Shown(row, 2);
        var site = CatalogRow.TryRead(
            database,
            row,
            1,
            ModelJson.Default.BackupSite,
            $"the site '{name}'",
            $"Remove-BackupSite {name} -ForgetBackup removes it; its backups stay in the storage.",
            site => string.Equals(site.Name, CatalogRow.Text(row, 2), StringComparison.OrdinalIgnoreCase) ? null : "its columns say something else than its document",
            onUnreadable);
        return site is null ? null : Checked(site) with { IsDefault = row.GetInt64(0) == 1 };
    }

    /// <summary>A limit that no command can have set does not keep the site from being used: the defaults hold.</summary>
    private BackupSite Checked(BackupSite site)
    {
        try
        {
            site.Limits.Check();
            return site;
        }
        catch (BackupException failure)
        {
            database.Unreadable.Note(new UnreadableRow(
                $"the limits of the site '{site.Name}'", failure.Message, $"The defaults hold; Set-BackupSite {site.Name} sets other ones.", site.Name));
            return site with { Limits = new SiteLimits() };
        }
    }
}
