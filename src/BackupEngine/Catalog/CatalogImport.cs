namespace CloudBackup.Catalog;

/// <summary>Takes over everything that another catalog says, in one transaction.</summary>
internal static class CatalogImport
{
    /// <summary>
    /// Replaces the content of all tables by that of another catalog of the same schema. Whatever tables there are, they travel.
    /// </summary>
    /// <param name="database">The catalog that is filled.</param>
    /// <param name="sourcePath">The file of the other one; no other process writes to it.</param>
    /// <param name="keep">A table that stays as it is.</param>
    /// <param name="adapt">Runs in the same transaction, on the new content.</param>
    public static void Run(PlatformDatabase database, string sourcePath, string keep, Action adapt) =>
        database.WithAttached(sourcePath, "restored", () =>
        {
            database.Execute("PRAGMA defer_foreign_keys = ON");
            var tables = database.Query(
                "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> $keep",
                row => row.GetString(0),
                ("$keep", keep));
            foreach (var table in tables)
            {
                var columns = string.Join(", ", database.Query(
                    "SELECT name FROM pragma_table_info($table)", row => $"\"{row.GetString(0)}\"", ("$table", table)));
                database.Execute($"DELETE FROM main.\"{table}\"");
                database.Execute($"INSERT INTO main.\"{table}\" ({columns}) SELECT {columns} FROM restored.\"{table}\"");
            }
            adapt();
        });
}
