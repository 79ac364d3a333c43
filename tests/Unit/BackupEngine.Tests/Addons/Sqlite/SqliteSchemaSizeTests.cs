using CloudBackup.Addons.Sqlite;
using CloudBackup.FileTree;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Addons.Sqlite;

/// <summary>SQLite reads only schemas that it reads soon. A larger one is no damage.</summary>
public sealed class SqliteSchemaSizeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", 1, "a, b", false)]
    [InlineData("", 5000, "id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, note TEXT DEFAULT 'none', CHECK (length(note) < 100)", false)]
    [InlineData("PRAGMA encoding = 'UTF-16le'", 5000, "a UNIQUE, b UNIQUE", false)]
    [InlineData("PRAGMA encoding = 'UTF-16be'", 5000, "a UNIQUE, b UNIQUE", false)]
    [InlineData("", 5001, "a UNIQUE, b UNIQUE", true)]
    public void A_schema_of_many_tables_is_checked_and_one_of_too_many_indexes_is_not(string kind, int tables, string columns, bool isTooLarge)
    {
        using var temporary = new TempFolder();
        temporary.Make("data");
        using (var connection = TestDatabase.Open(temporary["data/app.db"]))
        {
            TestDatabase.Execute(connection, "PRAGMA page_size = 512; PRAGMA synchronous = OFF;" + kind);
            TestDatabase.Execute(connection, "BEGIN;" + string.Concat(Enumerable.Range(0, tables).Select(table => $"CREATE TABLE t{table} ({columns});")) + "COMMIT;");
        }
        AssertCopied(temporary, isTooLarge);
    }

    [Theory]
    [InlineData(",UNIQUE(c1,c2)", 50_000, 1, false)]
    [InlineData(",UNIQUE(c1,c2)", 70_000, 1, true)]
    [InlineData(",CHECK(c1)", 4_000_000, 1, true)]
    [InlineData(",CHECK(c1)", 60_000, 3, false)]
    [InlineData(",CHECK(c1)", 60_000, 5, true)]
    public void A_long_row_is_not_given_to_SQLite(string part, int length, int tables, bool isTooLarge)
    {
        using var temporary = new TempFolder();
        temporary.Make("data");
        using (var connection = TestDatabase.Open(temporary["data/app.db"]))
        {
            for (var table = 0; table < tables; table++)
            {
                TestDatabase.Execute(connection, $"CREATE TABLE t{table} (c1);");
            }
            var parts = string.Concat(Enumerable.Repeat(part, length / part.Length));
            TestDatabase.Execute(connection, $"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE ' || name || '(c1,c2{parts})';");
        }
        AssertCopied(temporary, isTooLarge);
    }

    private static void AssertCopied(TempFolder temporary, bool isTooLarge)
    {
        using var data = LocalFileSystem.Open(temporary["data"]);
        using var spool = LocalFileSystem.Open(temporary.Make("spool"));
        using var source = SqliteSource.Open(new BackupAddon { Type = AddonType.Sqlite, Path = "data/app.db" }, "app.db", data);
        var copy = source.CopyTo(spool, "copy", Token);
        Assert.Null(copy.Defect);
        Assert.Equal(isTooLarge, copy.IsSchemaTooLarge);
        Assert.Equal(File.ReadAllBytes(temporary["data/app.db"]), File.ReadAllBytes(temporary["spool/copy"]));
    }
}
