using System.Diagnostics;
using CloudBackup.Addons.Sqlite;
using CloudBackup.FileTree;
using CloudBackup.Sqlite;
using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Backup;

/// <summary>The app's user can put anything into the place of a declared database, at any moment: only a file of the data directory is read.</summary>
public sealed class HostileDatabaseTests
{
    private const string Secret = "only root may read this";

    private static readonly BackupAddon Addon = new() { Type = AddonType.Sqlite, Path = "data/sub/app.db" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What takes the database's place, and a text of the error that names it.</summary>
    private static readonly Dictionary<string, (Action<TestPlatform> Put, string Names)> Places = new()
    {
        ["link to a database outside"] = (platform => Link(platform, "data/sub/app.db", platform.Folder["outside.db"]), "sub/app.db' is a symbolic link to"),
        ["link to a database inside"] = (platform => Link(platform, "data/sub/app.db", "../other.db"), "sub/app.db' is a symbolic link to '../other.db'"),
        ["link to nothing"] = (platform => Link(platform, "data/sub/app.db", "nowhere"), "sub/app.db' is a symbolic link to 'nowhere'"),
        ["linked folder"] = (LinkFolder, "data/sub' is a symbolic link to"),
        ["pipe"] = (platform => MakePipe(platform.Folder["data/sub/app.db"]), "sub/app.db' is not a regular file"),
        ["folder"] = (platform => platform.Folder.Make("data/sub/app.db"), "sub/app.db' is not a regular file"),
        ["file in the folder's place"] = (ReplaceFolder, "data/sub' is not a folder"),
        ["pipe beside it, as its log"] = (platform => WithSideFile(platform, "-wal", MakePipe), "sub/app.db-wal' is not a regular file"),
        ["pipe beside it, as its journal"] = (platform => WithSideFile(platform, "-journal", MakePipe), "sub/app.db-journal' is not a regular file"),
        ["link beside it, as its log"] = (
            platform => WithSideFile(platform, "-wal", path => File.CreateSymbolicLink(path, platform.Folder["outside.db"])),
            "sub/app.db-wal' is a symbolic link to"),
    };

    public static TheoryData<string> PlaceNames => [.. Places.Keys];

    [Theory]
    [MemberData(nameof(PlaceNames))]
    public async Task A_declared_database_that_is_no_file_of_the_data_is_refused_by_name(string place)
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Addons = [Addon] });
        MakeDatabase(platform.Folder["outside.db"], Secret);
        MakeDatabase(platform.Folder["data/other.db"], "mine");
        Places[place].Put(platform);
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal("AddonSourceNotFile", failure.ErrorId);
        Assert.Contains(Places[place].Names, failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length, 1, 400);
        Assert.Empty(platform.StoredFiles());

        // Registration says the same as a backup would.
        var data = platform.Data;
        platform.Engine.Apps.Unregister(TestPlatform.Location, platform.Observer);
        var wanted = new BackupApp { Id = Guid.Empty, Location = "new.example.com", Version = "1", DataDirectory = data, Addons = [Addon] };
        Assert.Equal("AddonSourceNotFile", Assert.Throws<BackupException>(() => platform.Engine.Apps.Register(wanted)).ErrorId);
        var plain = platform.Engine.Apps.Register(wanted with { Addons = [] });
        Assert.Equal("AddonSourceNotFile", Assert.Throws<BackupException>(() => platform.Engine.Apps.Update(plain with { Addons = [Addon] })).ErrorId);
    }

    [Fact]
    public async Task Settings_that_have_nothing_to_do_with_it_can_be_changed_all_the_same()
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Addons = [Addon] });
        MakeDatabase(platform.Folder["outside.db"], Secret);
        Link(platform, "data/sub/app.db", platform.Folder["outside.db"]);
        Assert.Equal("2", platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "2" }).Version);
    }

    [Fact]
    public async Task With_ContinueOnError_the_backup_is_Partial_names_the_link_and_can_be_restored()
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Addons = [Addon] });
        platform.Folder.Write("data/f", "content");
        Link(platform, "data/sub/app.db", platform.Folder["outside.db"]);
        var backup = await platform.BackUpAsync(new AppBackupOptions { ContinueOnError = true });
        Assert.Equal(BackupState.Partial, backup.State);
        var missing = Assert.Single(backup.Missing);
        Assert.Equal("data/sub/app.db", missing.Path);
        Assert.Contains("symbolic link", missing.Reason, StringComparison.Ordinal);
        Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
        Assert.True(File.Exists(platform.Folder["out/data/f"]));
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("data/sub/app.db", StringComparison.Ordinal));
        await platform.RestoreAsync(backup.Id);
    }

    /// <summary>
    /// While one thread swaps the database for a link, a pipe and another user's database, again and again, another one copies it: each copy is
    /// refused, or is of the very file whose owner and mode go into the backup with it.
    /// </summary>
    [Fact]
    public async Task What_is_swapped_while_SQLite_opens_it_is_never_read()
    {
        using var temporary = new TempFolder();
        MakeDatabase(temporary["secret/app.db"], Secret);
        MakeDatabase(temporary["data/own/app.db"], "mine");
        File.CreateSymbolicLink(temporary["data/link"], temporary["secret/app.db"]);
        MakePipe(temporary["data/pipe"]);
        using var stop = new CancellationTokenSource();
        var swapping = Task.Run(() => Swap(temporary, stop.Token), Token);
        var copied = 0;
        try
        {
            using var data = LocalFileSystem.Open(temporary["data"]);
            var others = GetIdentity(temporary["secret"], "app.db");
            using var spool = LocalFileSystem.Open(temporary.Make("spool"));
            for (var i = 0; i < 1500; i++)
            {
                if (TryCopy(data, spool, $"copy-{i}") is { } facts)
                {
                    copied++;
                    Assert.Equal(facts.Identity == others ? Secret : "mine", ReadValue(temporary[$"spool/copy-{i}"]));
                    File.Delete(temporary[$"spool/copy-{i}"]);
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await swapping;
        }
        Assert.InRange(copied, 1, 1499);
    }

    private static FileFacts? TryCopy(DirectoryNode data, DirectoryNode spool, string copy)
    {
        try
        {
            using var source = SqliteSource.Open(Addon, "own/app.db", data);
            var made = source.CopyTo(spool, copy, Token);
            Assert.Null(made.Defect);
            return made.Facts;
        }
        catch (Exception failure) when (failure is BackupException or FileTreeException)
        {
            return null;
        }
    }

    private static (ulong Device, ulong Inode) GetIdentity(string folder, string name)
    {
        using var node = LocalFileSystem.Open(folder);
        return node.Stat(name).Identity;
    }

    private static void Swap(TempFolder temporary, CancellationToken token)
    {
        using var data = LocalFileSystem.Open(temporary["data"]);
        using var own = LocalFileSystem.Open(temporary["data/own"]);
        using var secret = LocalFileSystem.Open(temporary["secret"]);
        secret.MakeHardLink("other", secret, "app.db");
        while (!token.IsCancellationRequested)
        {
            // The last one is a plain file, but not the one that was looked at.
            foreach (var (from, name) in new[] { (data, "link"), (data, "pipe"), (secret, "other") })
            {
                from.Rename(name, own, "app.db", RenameMode.Exchange);
                from.Rename(name, own, "app.db", RenameMode.Exchange);
            }
        }
    }

    [Fact]
    public void SQLite_that_is_confined_to_a_folder_touches_nothing_outside()
    {
        using var temporary = new TempFolder();
        MakeDatabase(temporary["copies/db"], "mine");
        MakeDatabase(temporary["copies2/db"], Secret);
        MakeDatabase(temporary["other.db"], Secret);
        using (SqliteSystemCalls.Confine(temporary["copies"], Token))
        {
            Assert.Equal("mine", ReadValue(temporary["copies/db"]));
            foreach (var path in new[] { temporary["other.db"], temporary["copies2/db"] })
            {
                Assert.Throws<SqliteException>(() => ReadValue(path));
            }
        }
        Assert.Equal(Secret, ReadValue(temporary["other.db"]));
    }

    [Fact]
    public async Task A_copy_that_waits_for_a_lock_ends_when_it_is_stopped()
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Addons = [Addon] });
        MakeDatabase(platform.Folder["data/sub/app.db"], "mine");
        using var holder = new SqliteConnection($"Data Source={platform.Folder["data/sub/app.db"]};Pooling=False");
        holder.Open();
        TestDatabase.Execute(holder, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var backup = platform.BackUpAsync(token: stop.Token);
        while (!platform.Observer.Steps.Any(step => step.StartsWith("Copying the SQLite database", StringComparison.Ordinal)))
        {
            await Task.Delay(10, Token);
        }
        await stop.CancelAsync();
        // Who waits for the lock until its end meets another failure.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => backup);
    }

    private static void MakeDatabase(string path, string value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        TestDatabase.Execute(connection, $"CREATE TABLE t (v); INSERT INTO t VALUES ('{value}');");
    }

    private static string? ReadValue(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT v FROM t";
        return (string?)command.ExecuteScalar();
    }

    private static void Link(TestPlatform platform, string path, string target)
    {
        platform.Folder.Make("data/sub");
        File.CreateSymbolicLink(platform.Folder[path], target);
    }

    private static void LinkFolder(TestPlatform platform)
    {
        MakeDatabase(platform.Folder["elsewhere/app.db"], Secret);
        File.CreateSymbolicLink(platform.Folder["data/sub"], platform.Folder["elsewhere"]);
    }

    private static void ReplaceFolder(TestPlatform platform) => platform.Folder.Write("data/sub", "no folder");

    private static void WithSideFile(TestPlatform platform, string suffix, Action<string> make)
    {
        MakeDatabase(platform.Folder["data/sub/app.db"], "mine");
        make(platform.Folder["data/sub/app.db" + suffix]);
    }

    private static void MakePipe(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
