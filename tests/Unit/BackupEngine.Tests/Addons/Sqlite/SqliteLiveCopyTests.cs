using System.Diagnostics;
using CloudBackup.Addons.Sqlite;
using CloudBackup.FileTree;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Addons.Sqlite;

/// <summary>Copies of a database that another process writes to: each is one state of it, and the writer is not disturbed.</summary>
public sealed class SqliteLiveCopyTests
{
    private static readonly BackupAddon Addon = new() { Type = AddonType.Sqlite, Path = "data/app.db" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// Moves amounts between accounts and counts in two places, in one transaction each; a state in which the sum is another one, or the counters
    /// differ, was never committed. It ends when its input ends, and fails when SQLite refuses it or finds damage.
    /// </summary>
    private const string Writer = """
        import random, select, sqlite3, sys
        path, mode, timeout = sys.argv[1], sys.argv[2], float(sys.argv[3])
        db = sqlite3.connect(path, isolation_level=None, timeout=timeout)
        db.execute("PRAGMA page_size = 1024"); db.execute("PRAGMA journal_mode = " + mode)
        db.execute("PRAGMA wal_autocheckpoint = 50"); db.execute("PRAGMA synchronous = OFF"); db.execute("PRAGMA cache_size = 20")
        if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'accounts'").fetchone():
            db.execute("BEGIN"); db.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY, amount, note)")
            db.execute("CREATE TABLE one (n)"); db.execute("CREATE TABLE two (n)")
            db.execute("INSERT INTO one VALUES (0)"); db.execute("INSERT INTO two VALUES (0)")
            db.executemany("INSERT INTO accounts VALUES (?, 100, randomblob(900))", [(i,) for i in range(2000)]); db.execute("COMMIT")
        print("ready", flush=True)
        n = 0
        while not select.select([sys.stdin], [], [], 0)[0]:
            n += 1
            db.execute("BEGIN IMMEDIATE"); db.execute("UPDATE one SET n = n + 1")
            for _ in range(random.randrange(1, 60)):
                a, b, x = random.randrange(2000), random.randrange(2000), random.randrange(50)
                db.execute("UPDATE accounts SET amount = amount - ?, note = randomblob(?) WHERE id = ?", (x, random.randrange(1500), a))
                db.execute("UPDATE accounts SET amount = amount + ? WHERE id = ?", (x, b))
            db.execute("UPDATE two SET n = n + 1"); db.execute("ROLLBACK" if n % 7 == 0 else "COMMIT")
            if n % 90 == 0: db.execute("VACUUM")
            if n % 70 == 0 and mode == "WAL" and timeout > 0: db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if mode != "WAL": select.select([sys.stdin], [], [], 0.004)
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        print("wrote", n, flush=True)
        """;

    [Theory]
    [InlineData("WAL", "0")]
    [InlineData("WAL", "20")]
    [InlineData("DELETE", "20")]
    [InlineData("PERSIST", "20")]
    [InlineData("TRUNCATE", "20")]
    public async Task Each_copy_is_one_state_while_another_process_writes(string mode, string timeout)
    {
        using var temporary = new TempFolder();
        temporary.Make("data");
        using var writer = await StartAsync(temporary, mode, timeout);
        var counters = new HashSet<long>();
        for (var i = 0; i < 40; i++)
        {
            Assert.Null(Copy(temporary, $"copy-{i}").Defect);
            counters.Add(CheckState(temporary[$"spool/copy-{i}"]));
        }
        writer.StandardInput.Close();
        var output = await writer.StandardOutput.ReadToEndAsync(Token);
        var errors = await writer.StandardError.ReadToEndAsync(Token);
        await writer.WaitForExitAsync(Token);
        Assert.True(writer.ExitCode == 0, output + errors);
        Assert.InRange(counters.Count, 2, 40);
    }

    [Theory]
    [InlineData("WAL", false)]
    [InlineData("WAL", true)]
    [InlineData("DELETE", false)]
    public async Task What_a_killed_writer_left_is_recovered_in_the_copy_and_untouched_in_the_data(string mode, bool withoutSharedMemory)
    {
        using var temporary = new TempFolder();
        temporary.Make("data");
        for (var i = 0; i < 12; i++)
        {
            using (var writer = await StartAsync(temporary, mode, "20"))
            {
                await Task.Delay(20 + (13 * i), Token);
                writer.Kill();
                await writer.WaitForExitAsync(Token);
            }
            if (withoutSharedMemory)
            {
                File.Delete(temporary["data/app.db-shm"]);
            }
            var before = Directory.GetFiles(temporary["data"]).ToDictionary(path => path, File.ReadAllBytes);
            Assert.Null(Copy(temporary, $"copy-{i}").Defect);
            CheckState(temporary[$"spool/copy-{i}"]);
            Assert.Equal(before.Keys.Order(), Directory.GetFiles(temporary["data"]).Order());
            Assert.All(before, pair => Assert.Equal(pair.Value, File.ReadAllBytes(pair.Key)));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hot_journal_of_a_write_to_several_databases_counts_as_long_as_its_file_is_there(bool isThere)
    {
        using var temporary = new TempFolder();
        temporary.Make("data");
        Run(temporary, """
            import os, sqlite3, sys
            path = sys.argv[1]
            db = sqlite3.connect(path, isolation_level=None)
            db.execute("CREATE TABLE t (v)"); db.execute("INSERT INTO t VALUES ('old')")
            db.execute("PRAGMA cache_size = 1"); db.execute("BEGIN IMMEDIATE"); db.execute("UPDATE t SET v = 'new'")
            db.execute("CREATE TABLE big AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT randomblob(900) FROM n")
            super = (path + "-mj00000001").encode()
            with open(path + "-journal", "ab") as j:
                j.seek(0, 2); size = j.tell(); j.write(b"\0" * (-size % 512))
                j.write((0x40000000 // 4096 + 1).to_bytes(4, "big") + super + len(super).to_bytes(4, "big") + sum(super).to_bytes(4, "big"))
                j.write(bytes.fromhex("d9d505f920a163d7"))
            if len(sys.argv) > 2: open(path + "-mj00000001", "w").write("journals")
            os._exit(0)
            """, isThere ? ["there"] : []);
        _ = Copy(temporary, "copy");
        Assert.Equal(isThere ? "old" : "new", Read(temporary["spool/copy"], "SELECT v FROM t"));
    }

    /// <summary>The owner of the data cuts, removes and replaces the side files in a loop: a copy or an error, and never the end of this process.</summary>
    [Fact]
    public async Task Side_files_that_change_under_a_copy_end_in_a_copy_or_an_error()
    {
        using var temporary = new TempFolder();
        temporary.Make("data");
        using var writer = await StartAsync(temporary, "WAL", "20");
        using var vandal = Start(temporary, """
            import os, select, sys
            path = sys.argv[1]
            n = 0
            print("ready", flush=True)
            while not select.select([sys.stdin], [], [], 0.0005)[0]:
                n += 1
                name = path + ("-shm" if n % 2 else "-wal")
                try:
                    if n % 3 == 0: os.truncate(name, 0 if n % 5 else 40)
                    elif n % 3 == 1: os.unlink(name)
                    else:
                        open(name + "x", "wb").write(os.urandom(40000)); os.rename(name + "x", name)
                except FileNotFoundError: pass
            """);
        await vandal.StandardOutput.ReadLineAsync(Token);
        var copied = 0;
        for (var i = 0; i < 60; i++)
        {
            try
            {
                _ = Copy(temporary, $"copy-{i}");
                copied++;
            }
            catch (BackupException failure)
            {
                Assert.Contains(failure.ErrorId, new[] { "SqliteReplaced", "SqliteLocked" });
            }
        }
        vandal.StandardInput.Close();
        writer.Kill();
        await vandal.WaitForExitAsync(Token);
        await writer.WaitForExitAsync(Token);
        Assert.InRange(copied, 0, 60);
        Assert.True(File.Exists(temporary["data/app.db"]));
    }

    [Theory]
    [InlineData("CREATE TABLE t (y)", "CREATE TABLE t (y, x AS (instr(hex(zeroblob(200000000)), hex(zeroblob(100000000)) || '1')) NOT NULL)")]
    [InlineData("ANALYZE", "CREATE TABLE sqlite_stat1 (tbl, idx, stat AS (instr(hex(zeroblob(200000000)), hex(zeroblob(100000000)) || '1')))")]
    [InlineData("ANALYZE", "CREATE TABLE sqlite_stat1 (tbl, idx, stat AS (d||d), a AS (tbl||tbl), b AS (a||a||a||a), c AS (b||b||b||b), d AS (c||c||c||c))")]
    public void A_column_that_takes_for_ever_to_compute_is_not_computed(string before, string after)
    {
        using var temporary = new TempFolder();
        temporary.Make("data");
        using (var connection = TestDatabase.Open(temporary["data/app.db"]))
        {
            TestDatabase.Execute(connection, "CREATE TABLE u (v); CREATE INDEX i ON u (v); INSERT INTO u VALUES (1);" + before + ";");
            TestDatabase.Execute(connection, "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = '" + after.Replace("'", "''", StringComparison.Ordinal)
                + "' WHERE name = '" + (before == "ANALYZE" ? "sqlite_stat1" : "t") + "';");
        }
        Assert.Null(Copy(temporary, "copy").Defect);
        Assert.Equal(File.ReadAllBytes(temporary["data/app.db"]), File.ReadAllBytes(temporary["spool/copy"]));
    }

    [Fact]
    public void A_schema_that_SQLite_cannot_read_is_a_defect()
    {
        using var temporary = new TempFolder();
        temporary.Make("data");
        using (var connection = TestDatabase.Open(temporary["data/app.db"]))
        {
            TestDatabase.Execute(connection, "CREATE TABLE t (y); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'XREATE TABLE t (y)';");
        }
        Assert.Contains("malformed", Copy(temporary, "copy").Defect, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sparse_database_is_copied_sparsely()
    {
        using var temporary = new TempFolder();
        temporary.Make("data");
        using (var connection = TestDatabase.Open(temporary["data/app.db"]))
        {
            TestDatabase.Execute(connection, "CREATE TABLE t (v);");
        }
        using (var file = File.OpenWrite(temporary["data/app.db"]))
        {
            file.SetLength(1L << 34);
        }
        Assert.Null(Copy(temporary, "copy").Defect);
        using var spool = LocalFileSystem.Open(temporary["spool"]);
        Assert.Equal(1L << 34, spool.Stat("copy").Size);
        Assert.InRange(spool.Stat("copy").Allocated, 1, 1 << 20);
    }

    private static SqliteCopy Copy(TempFolder temporary, string name)
    {
        using var data = LocalFileSystem.Open(temporary["data"]);
        using var spool = LocalFileSystem.Open(temporary.Make("spool"));
        using var source = SqliteSource.Open(Addon, "app.db", data);
        return source.CopyTo(spool, name, Token);
    }

    private static long CheckState(string path)
    {
        Assert.Equal("ok", Read(path, "PRAGMA integrity_check"));
        Assert.Equal(200000L, Read(path, "SELECT SUM(amount) FROM accounts"));
        var count = (long)Read(path, "SELECT n FROM one")!;
        Assert.Equal(count, Read(path, "SELECT n FROM two"));
        return count;
    }

    private static async Task<Process> StartAsync(TempFolder temporary, string mode, string timeout)
    {
        var process = Start(temporary, Writer, mode, timeout);
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(Token));
        return process;
    }

    private static void Run(TempFolder temporary, string script, params string[] arguments)
    {
        using var process = Start(temporary, script, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, process.StandardError.ReadToEnd());
    }

    private static Process Start(TempFolder temporary, string script, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("python3", ["-c", script, temporary["data/app.db"], .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("python3 is not installed here.");
            throw;
        }
    }

    private static object? Read(string path, string sql)
    {
        using var connection = TestDatabase.Open(path);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
