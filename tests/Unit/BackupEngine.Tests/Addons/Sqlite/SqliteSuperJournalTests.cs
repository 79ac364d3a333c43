using System.Buffers.Binary;
using CloudBackup.Addons.Sqlite;
using CloudBackup.FileTree;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Addons.Sqlite;

/// <summary>A journal of a write to several databases names a super-journal by its path; the copy rolls back what SQLite would roll back there.</summary>
public sealed class SqliteSuperJournalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The names of paths that are on this machine: SQLite itself says here what is right.</summary>
    [Theory]
    [InlineData("data/b/app.db-mj000000001", true)]
    [InlineData("data/b/app.db-mj000000001", false)]
    [InlineData("data/a/main.db-mj000000001", true)]
    [InlineData("data/a/main.db-mj000000001", false)]
    [InlineData("data/gone/main.db-mj000000001", false)]
    [InlineData("data/linked/main.db-mj000000001", true)]
    [InlineData("outside/main.db-mj000000001", true)]
    [InlineData("outside/main.db-mj000000001", false)]
    public void The_copy_has_the_state_that_SQLite_makes_of_the_live_database(string super, bool isThere)
    {
        using var temporary = new TempFolder();
        var copied = CopyWithJournal(temporary, temporary[super], isThere ? super : null);
        Assert.Equal(isThere ? "old" : "new", copied);
        Assert.Equal(Read(temporary["data/b/app.db"]), copied);
    }

    /// <summary>A cut that kept the name of a new file and lost its content: SQLite takes an empty file as none.</summary>
    [Fact]
    public void An_empty_super_journal_is_none()
    {
        using var temporary = new TempFolder();
        var copied = CopyWithJournal(temporary, temporary["data/a/main.db-mj000000001"], "data/a/main.db-mj000000001", content: "");
        Assert.Equal("new", copied);
        Assert.Equal(Read(temporary["data/b/app.db"]), copied);
    }

    /// <summary>The app sees its data by another path than this machine, as in a container.</summary>
    [Theory]
    [InlineData("/app/data/a/main.db-mj000000001", "data/a/main.db-mj000000001", "old")]
    [InlineData("/app/data/a/main.db-mj000000001", null, "old")]
    [InlineData("/app/b/app.db-mj000000001", "data/b/app.db-mj000000001", "old")]
    [InlineData("/app/elsewhere/app.db-mj000000001", "data/b/app.db-mj000000001", "old")]
    [InlineData("/app/elsewhere/unknown.db-mj000000001", null, "old")]
    [InlineData("unknown.db-mj000000001", null, "old")]
    public void A_write_is_rolled_back_when_its_super_journal_may_be_there(string super, string? file, string expected)
    {
        using var temporary = new TempFolder();
        Assert.Equal(expected, CopyWithJournal(temporary, super, file));
    }

    private static string CopyWithJournal(TempFolder temporary, string super, string? file, string content = "journals")
    {
        foreach (var folder in new[] { "data", "data/a", "data/b", "outside" })
        {
            temporary.Make(folder);
        }
        File.CreateSymbolicLink(temporary["data/linked"], temporary["outside"]);
        File.WriteAllText(temporary["data/a/main.db"], "a database");
        File.WriteAllText(temporary["outside/main.db"], "a database");
        MakeHalfWritten(temporary["data/b/app.db"], PathText.ToBytes(super));
        if (file is not null)
        {
            File.WriteAllText(temporary[file], content);
        }
        using var data = LocalFileSystem.Open(temporary["data"]);
        using var spool = LocalFileSystem.Open(temporary.Make("spool"));
        using var source = SqliteSource.Open(new BackupAddon { Type = AddonType.Sqlite, Path = "data/b/app.db" }, "b/app.db", data);
        Assert.Null(source.CopyTo(spool, "copy", Token).Defect);
        return Read(temporary["spool/copy"]);
    }

    /// <summary>The files of a write whose pages are all written, and whose journal is there still.</summary>
    private static void MakeHalfWritten(string path, byte[] super)
    {
        using (var connection = TestDatabase.Open(path))
        {
            TestDatabase.Execute(connection, "CREATE TABLE t (v); INSERT INTO t VALUES ('old');");
            TestDatabase.Execute(connection, "PRAGMA journal_mode = PERSIST; UPDATE t SET v = 'new';");
        }
        using var journal = File.Open(path + "-journal", FileMode.Open);
        var pages = new byte[journal.Length];
        journal.ReadExactly(pages);
        // The head that the end of the write cleared, with a start of zero for the checksums.
        byte[] head = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 2, 0, 0, 0, 16, 0];
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(8), (uint)((journal.Length - 512) / (4096 + 8)));
        foreach (var record in Enumerable.Range(0, (int)((journal.Length - 512) / (4096 + 8))))
        {
            var at = 512 + (record * (4096 + 8)) + 4;
            BinaryPrimitives.WriteUInt32BigEndian(pages.AsSpan(at + 4096), ChecksumOf(pages.AsSpan(at, 4096)));
        }
        head.CopyTo(pages, 0);
        var end = new byte[4 + super.Length + 16];
        BinaryPrimitives.WriteUInt32BigEndian(end, (0x40000000 / 4096) + 1);
        super.CopyTo(end, 4);
        BinaryPrimitives.WriteUInt32BigEndian(end.AsSpan(4 + super.Length), (uint)super.Length);
        BinaryPrimitives.WriteUInt32BigEndian(end.AsSpan(8 + super.Length), (uint)super.Sum(value => (sbyte)value));
        head.AsSpan(0, 8).CopyTo(end.AsSpan(12 + super.Length));
        journal.Position = 0;
        journal.Write(pages);
        journal.Write(new byte[(512 - (pages.Length % 512)) % 512]);
        journal.Write(end);
    }

    /// <summary>The journal's checksum with a start of zero: every 200th byte from the page's end.</summary>
    private static uint ChecksumOf(ReadOnlySpan<byte> page)
    {
        uint sum = 0;
        for (var at = page.Length - 200; at > 0; at -= 200)
        {
            sum += page[at];
        }
        return sum;
    }

    private static string Read(string path)
    {
        using var connection = TestDatabase.Open(path);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT v FROM t";
        return (string)command.ExecuteScalar()!;
    }
}
