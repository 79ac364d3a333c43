using CloudBackup.Addons.Sqlite;
using CloudBackup.FileTree;
using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Addons.Sqlite;

/// <summary>The check of a database file finds what SQLite's own check of the structure finds, and nothing in a healthy one.</summary>
public sealed class SqliteStructureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Fill =
        "CREATE TABLE rows (id INTEGER PRIMARY KEY, a TEXT, b BLOB); CREATE INDEX by_a ON rows (a); "
        + "CREATE TABLE keyed (k TEXT PRIMARY KEY, v) WITHOUT ROWID; CREATE TABLE empty (x); CREATE VIEW seen AS SELECT a FROM rows; "
        + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) "
        + "INSERT INTO rows SELECT i * 7 - 3000, hex(randomblob(1 + i % 40)), randomblob(CASE WHEN i % 50 = 0 THEN 20000 ELSE i % 300 END) FROM n; "
        + "INSERT INTO keyed SELECT a || id, b FROM rows; ";

    private const string Change =
        "DELETE FROM rows WHERE id % 3 = 0; UPDATE rows SET b = randomblob(700) WHERE id % 5 = 0; DELETE FROM keyed WHERE k > 'A'; "
        + "CREATE TABLE late (x, y, UNIQUE (y, x)); INSERT INTO late SELECT a, id FROM rows; DROP TABLE keyed; INSERT INTO rows (a) VALUES (NULL);";

    private static readonly string[] Kinds =
    [
        "", "PRAGMA page_size = 512", "PRAGMA page_size = 1024", "PRAGMA page_size = 65536", "PRAGMA auto_vacuum = FULL",
        "PRAGMA page_size = 512; PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL", "PRAGMA encoding = 'UTF-16le'", "PRAGMA secure_delete = ON",
    ];

    public static TheoryData<string, bool> Healthy
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var kind in Kinds)
            {
                cases.Add(kind, false);
                cases.Add(kind, true);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Healthy))]
    public void A_healthy_database_has_no_defect(string kind, bool isChanged)
    {
        using var temporary = new TempFolder();
        Make(temporary["db"], kind, isChanged);
        Assert.Equal("ok", QuickCheck(temporary["db"]));
        Assert.Null(FindDefect(temporary, "db"));
    }

    [Theory]
    [InlineData("CREATE TABLE long (x); INSERT INTO long VALUES (zeroblob(5000000));")]
    [InlineData("CREATE VIRTUAL TABLE words USING fts5 (x); INSERT INTO words VALUES ('some words to find');")]
    public void A_table_of_another_kind_has_no_defect(string sql)
    {
        using var temporary = new TempFolder();
        Make(temporary["db"], "", isChanged: false);
        using (var connection = Open(temporary["db"]))
        {
            TestDatabase.Execute(connection, sql);
        }
        Assert.Null(FindDefect(temporary, "db"));
    }

    /// <summary>Bytes of a good database are changed at random: what SQLite's check finds in its trees, this check finds.</summary>
    [Theory]
    [InlineData("PRAGMA page_size = 512")]
    [InlineData("PRAGMA page_size = 1024; PRAGMA auto_vacuum = FULL")]
    public void Damage_that_SQLite_finds_is_found(string kind)
    {
        using var temporary = new TempFolder();
        Make(temporary["good"], kind, isChanged: true);
        var good = File.ReadAllBytes(temporary["good"]);
        var random = new SeededRandom(7);
        var found = 0;
        for (var i = 0; i < 400; i++)
        {
            var bad = good.ToArray();
            // Every other time in the head of a page, where most of the structure is.
            var at = i % 2 == 0 ? random.Next(bad.Length - 4) : (random.Next(bad.Length / 512) * 512) + random.Next(16);
            bad.AsSpan(at, 1 + (i % 4)).Fill((byte)random.Next(256));
            File.WriteAllBytes(temporary["db"], bad);
            var byUs = FindDefect(temporary, "db");
            if (QuickCheck(temporary["db"]) is var bySqlite && IsOfStructure(bySqlite))
            {
                found++;
                Assert.True(byUs is not null, $"At {at}: {bySqlite}");
            }
            else if (byUs is not null && bySqlite == "ok")
            {
                // Stricter only where SQLite does not look: the heads of records.
                Assert.True(byUs.Contains("record", StringComparison.Ordinal), $"At {at}: {byUs}");
            }
        }
        Assert.InRange(found, 20, 400);
    }

    /// <summary>A long hole costs nothing on disk: the free list of a file of 256 GiB names one page in each stretch of it.</summary>
    [Fact]
    public void A_file_that_only_claims_to_be_long_takes_no_memory()
    {
        const int Entries = 8192;
        const int PerPage = 126;
        using var temporary = new TempFolder();
        using (var connection = Open(temporary["db"]))
        {
            TestDatabase.Execute(connection, "PRAGMA page_size = 512; CREATE TABLE t (v);");
        }
        using (var file = File.Open(temporary["db"], FileMode.Open))
        {
            var trunks = (Entries + PerPage - 1) / PerPage;
            Write(file, 28, (uint)Entries << 16, 3, (uint)(trunks + Entries));
            for (var trunk = 0; trunk < trunks; trunk++)
            {
                var count = Math.Min(PerPage, Entries - (trunk * PerPage));
                var entries = Enumerable.Range(trunk * PerPage, count).Select(entry => ((uint)entry << 16) + 60000);
                Write(file, (trunk + 2) * 512, [trunk == trunks - 1 ? 0 : (uint)trunk + 4, (uint)count, .. entries]);
            }
            file.SetLength((long)Entries << 16 << 9);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.NotNull(FindDefect(temporary, "db"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    private static void Write(FileStream file, long place, params uint[] numbers)
    {
        file.Position = place;
        foreach (var number in numbers)
        {
            file.Write([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
        }
    }

    private static bool IsOfStructure(string text) =>
        text != "ok" && !text.Contains("malformed database schema", StringComparison.Ordinal) && !text.Contains("in rows", StringComparison.Ordinal)
        && !text.Contains("in late", StringComparison.Ordinal);

    private static string? FindDefect(TempFolder temporary, string name)
    {
        using var folder = LocalFileSystem.Open(temporary.Path);
        using var file = folder.OpenFile(name);
        return SqliteStructure.FindDefect(file, new SqliteSchemaSize(), Token);
    }

    private static void Make(string path, string kind, bool isChanged)
    {
        using var connection = Open(path);
        TestDatabase.Execute(connection, kind);
        TestDatabase.Execute(connection, Fill);
        if (isChanged)
        {
            TestDatabase.Execute(connection, Change);
        }
    }

    private static string QuickCheck(string path)
    {
        try
        {
            using var connection = Open(path, "Mode=ReadOnly");
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA quick_check(1)";
            return (string)command.ExecuteScalar()!;
        }
        catch (SqliteException failure)
        {
            return failure.Message;
        }
    }

    private static SqliteConnection Open(string path, string more = "")
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False;{more}");
        connection.Open();
        // The same bytes in each run.
        var random = new SeededRandom(11);
        connection.CreateFunction("randomblob", (int length) => random.Bytes(length));
        return connection;
    }
}
