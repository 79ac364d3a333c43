using CloudBackup.Catalog;
using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Backup;

public sealed class BackupRunnerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_is_stored_listed_and_tested()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        var backup = await platform.BackUpAsync(new AppBackupOptions { Label = "first" });
        Assert.Equal(BackupState.Ready, backup.State);
        Assert.Matches("^app_wiki.example.com_v1.2.0_[0-9a-f]{8}$", backup.Id);
        Assert.Matches(@"^\d{4}-\d\d-\d\d-\d{6}-\d{3}/app_wiki.example.com_v1.2.0$", backup.RemotePath);
        Assert.Equal(
            [$"{backup.RemotePath}.backupinfo", $"{backup.RemotePath}.index.gz", $"{backup.RemotePath}.tar.gz"], platform.StoredFiles());
        Assert.Equal(backup.Size, Directory.GetFiles(platform.SitePath, "*", SearchOption.AllDirectories).Sum(path => new FileInfo(path).Length));
        Assert.Equal(backup.Id, Assert.Single(platform.Engine.AppBackups.List()).Id);
        var result = await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token);
        Assert.True(result.IsValid);
        Assert.Equal((backup.FileCount, backup.SourceSize), (result.FilesChecked, result.BytesChecked));
        Assert.Equal(backup.Created, platform.Engine.Apps.Get(TestPlatform.Location).LastBackup);
    }

    [Fact]
    public async Task The_record_is_Creating_until_everything_is_durable_I1()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        File.WriteAllText(Path.Join(platform.Data, "f"), "x");
        var order = new List<string>();
        faults().Before = (_, call, path) =>
        {
            if (call == "write")
            {
                Assert.Equal(BackupState.Creating, Assert.Single(platform.Engine.AppBackups.List()).State);
                order.Add(path[path.LastIndexOf("_v1.2.0", StringComparison.Ordinal)..]);
            }
        };
        await platform.BackUpAsync();
        Assert.Equal(["_v1.2.0.tar.gz", "_v1.2.0.index.gz", "_v1.2.0.backupinfo"], order);
    }

    [Theory]
    [InlineData(".tar.gz")]
    [InlineData(".index.gz")]
    [InlineData(".backupinfo")]
    public async Task A_store_that_fails_leaves_nothing_visible_and_a_Failed_record_I1_I8(string ending)
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        File.WriteAllText(Path.Join(platform.Data, "f"), "x");
        faults().Before = (_, call, path) =>
        {
            if (call == "write" && path.EndsWith(ending, StringComparison.Ordinal))
            {
                throw FaultyStorage.Error(StorageErrorKind.OutOfSpace, path);
            }
        };
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal(("StorageOutOfSpace", BackupErrorCategory.OutOfSpace), (failure.ErrorId, failure.Category));
        Assert.Empty(platform.StoredFiles());
        var record = Assert.Single(platform.Engine.AppBackups.List());
        Assert.Equal(BackupState.Failed, record.State);
        Assert.Contains("OutOfSpace", record.Error, StringComparison.Ordinal);
        Assert.Null(platform.Engine.Apps.Get(TestPlatform.Location).LastBackup);
    }

    [Fact]
    public async Task What_a_failed_run_could_not_remove_goes_with_the_next_one()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        File.WriteAllText(Path.Join(platform.Data, "f"), "x");
        var isDown = false;
        faults().Before = (_, call, path) =>
        {
            isDown |= path.EndsWith(".index.gz", StringComparison.Ordinal) && call == "write";
            if (isDown)
            {
                throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
            }
        };
        await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Single(platform.StoredFiles());
        Assert.Equal(BackupState.Creating, Assert.Single(platform.Engine.AppBackups.List()).State);
        faults().Before = null;
        var backup = await platform.BackUpAsync();
        Assert.All(platform.StoredFiles(), path => Assert.StartsWith(backup.RemotePath, path, StringComparison.Ordinal));
        Assert.Equal([BackupState.Ready, BackupState.Failed], platform.Engine.AppBackups.List().Select(record => record.State));
    }

    [Fact]
    public async Task A_run_that_died_after_its_last_write_is_found_complete()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        File.WriteAllText(Path.Join(platform.Data, "f"), "x");
        var isDown = false;
        faults().After = (_, path) =>
        {
            if (path.EndsWith(".backupinfo", StringComparison.Ordinal))
            {
                isDown = true;
                throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
            }
        };
        faults().Before = (_, _, path) =>
        {
            if (isDown)
            {
                throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
            }
        };
        await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        (faults().After, faults().Before) = (null, null);
        await platform.BackUpAsync();
        Assert.Equal([BackupState.Ready, BackupState.Ready], platform.Engine.AppBackups.List().Select(record => record.State));
        foreach (var backup in platform.Engine.AppBackups.List())
        {
            Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
        }
    }

    [Fact]
    public async Task Two_backups_of_an_app_at_a_time_are_refused()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        File.WriteAllText(Path.Join(platform.Data, "f"), "x");
        BackupException? second = null;
        faults().Before = (_, call, _) =>
        {
            if (call == "write" && second is null)
            {
                second = Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync()).GetAwaiter().GetResult();
            }
        };
        await platform.BackUpAsync();
        Assert.Equal("AppBusy", second!.ErrorId);
        Assert.Contains($"process {Environment.ProcessId}", second.Message, StringComparison.Ordinal);
        await platform.BackUpAsync();
    }

    [Fact]
    public async Task Cancelling_leaves_nothing_I8()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 100);
        using var stop = new CancellationTokenSource();
        faults().Before = (_, call, _) =>
        {
            if (call == "write")
            {
                stop.Cancel();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => platform.BackUpAsync(token: stop.Token));
        Assert.Empty(platform.StoredFiles());
        Assert.Empty(Directory.GetFileSystemEntries(platform.Folder["home/tmp"]));
        Assert.Equal("The backup was stopped.", Assert.Single(platform.Engine.AppBackups.List()).Error);
        faults().Before = null;
        await platform.BackUpAsync();
    }

    [Fact]
    public async Task A_run_over_its_timeout_is_stopped_and_says_so()
    {
        using var platform = await new TestPlatform().SetUpAsync(
            app => app with { Commands = new AppCommands { PreBackup = ["sleep", "60"] } },
            site => site with { Limits = new SiteLimits { Timeout = TimeSpan.FromSeconds(1) } });
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal("TimedOut", failure.ErrorId);
        Assert.Empty(platform.StoredFiles());
    }

    [Fact]
    public async Task Excluded_things_sockets_and_pipes_stay_out()
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with { Exclude = ["cache/", "*.log", "!keep.log"] });
        platform.Folder.Write("data/cache/x", "x");
        platform.Folder.Write("data/a.log", "x");
        platform.Folder.Write("data/keep.log", "x");
        using (var pipe = System.Diagnostics.Process.Start("mkfifo", Path.Join(platform.Data, "pipe")))
        {
            await pipe.WaitForExitAsync(Token);
        }
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Join(platform.Data, "socket")));
        var backup = await platform.BackUpAsync();
        Assert.Equal(2, backup.Skipped);
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
        Assert.Equal(["keep.log"], Directory.GetFileSystemEntries(platform.Folder["out/data"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_site_inside_the_data_directory_is_not_backed_up_into_itself()
    {
        using var platform = new TestPlatform();
        var app = platform.Folder.Make("app");
        await platform.SetUpAsync(wanted => wanted with { DataDirectory = app });
        // Registration refuses that; a catalog of an older version can have it.
        platform.Engine.Dispose();
        using (var database = PlatformDatabase.Open(platform.Folder["home/platform.db"]))
        {
            var store = new AppStore(database, TimeProvider.System);
            store.Update(store.List().Single() with { DataDirectory = platform.Folder.Path, DataFolder = null });
        }
        platform.Reopen();
        platform.Folder.Write("data/f", "x");
        await platform.BackUpAsync();
        var second = await platform.BackUpAsync();
        await platform.Engine.AppBackups.RestoreToAsync(second.Id, "/dev/shm/cloudbackup-self-" + Environment.ProcessId, platform.Observer, Token);
        try
        {
            Assert.Equal(["app", "data"], Directory.GetFileSystemEntries($"/dev/shm/cloudbackup-self-{Environment.ProcessId}/data").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete("/dev/shm/cloudbackup-self-" + Environment.ProcessId, recursive: true);
        }
    }

    [Fact]
    public async Task A_database_that_is_written_to_all_the_time_is_copied_consistent()
    {
        foreach (var journal in new[] { "WAL", "DELETE" })
        {
            using var platform = await new TestPlatform().SetUpAsync(app => app with
            {
                Addons = [new BackupAddon { Type = AddonType.Sqlite, Path = "data/sub/app.db" }],
            });
            platform.Folder.Make("data/sub");
            using var stop = new CancellationTokenSource();
            using var connection = OpenDatabase(Path.Join(platform.Data, "sub/app.db"), journal);
            var writer = Task.Run(() => WritePairs(connection, stop.Token), Token);
            var backups = new List<AppBackup>();
            for (var i = 0; i < 5; i++)
            {
                backups.Add(await platform.BackUpAsync());
            }
            await stop.CancelAsync();
            await writer;
            foreach (var backup in backups)
            {
                var target = platform.Folder[$"out-{journal}-{backup.Id}"];
                await platform.Engine.AppBackups.RestoreToAsync(backup.Id, target, platform.Observer, Token);
                Assert.Equal(["app.db"], Directory.GetFiles(Path.Join(target, "data/sub")).Select(Path.GetFileName));
                Assert.False(Directory.Exists(Path.Join(target, "sqlite")));
                using var copy = OpenDatabase(Path.Join(target, "data/sub/app.db"), null);
                Assert.Equal("ok", Scalar(copy, "PRAGMA integrity_check"));
                Assert.Equal(0L, Scalar(copy, "SELECT COUNT(*) FROM a LEFT JOIN b USING (id) WHERE b.id IS NULL"));
            }
        }
    }

    [Fact]
    public async Task A_declared_database_that_is_missing_fails_the_backup()
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with
        {
            Addons = [new BackupAddon { Type = AddonType.Sqlite, Path = "data/app.db" }],
        });
        Assert.Equal("AddonSourceMissing", (await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync())).ErrorId);
        Assert.Empty(platform.StoredFiles());
    }

    [Fact]
    public async Task Commands_run_around_the_reading_with_the_apps_facts()
    {
        using var platform = new TestPlatform();
        var log = platform.Folder["log"];
        string[] Say(string word) => ["sh", "-c", $"echo {word} $CLOUDBACKUP_LOCATION $CLOUDBACKUP_VERSION $CLOUDBACKUP_DATA_DIRECTORY $CLOUDBACKUP_APP_ID >> {log}; echo x > {platform.Data}/{word}"];
        await platform.SetUpAsync(app => app with { Commands = new AppCommands { PreBackup = Say("pre"), PostBackup = Say("post") } });
        var backup = await platform.BackUpAsync();
        var id = platform.Engine.Apps.Get(TestPlatform.Location).Id;
        Assert.Equal(
            [$"pre wiki.example.com 1.2.0 {platform.Data} {id}", $"post wiki.example.com 1.2.0 {platform.Data} {id}"], await File.ReadAllLinesAsync(log, Token));
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
        Assert.True(File.Exists(platform.Folder["out/data/pre"]));
        Assert.False(File.Exists(platform.Folder["out/data/post"]));
    }

    [Fact]
    public async Task A_stop_during_the_PreBackupCommand_runs_the_PostBackupCommand()
    {
        using var platform = new TestPlatform();
        var maintenance = platform.Folder["maintenance"];
        await platform.SetUpAsync(app => app with
        {
            Commands = new AppCommands { PreBackup = ["sh", "-c", $"touch {maintenance}; exec sleep 1000"], PostBackup = ["rm", maintenance] },
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var run = platform.Engine.AppBackups.CreateAsync(TestPlatform.Location, new AppBackupOptions(), platform.Observer, stop.Token);
        while (!File.Exists(maintenance))
        {
            await Task.Delay(10, Token);
        }
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.False(File.Exists(maintenance));
        Assert.Empty(platform.StoredFiles());
    }

    [Theory]
    [InlineData("exit 3")]
    [InlineData("kill -9 $$")]
    public async Task A_PreBackupCommand_that_fails_runs_the_PostBackupCommand(string end)
    {
        using var platform = new TestPlatform();
        var maintenance = platform.Folder["maintenance"];
        await platform.SetUpAsync(app => app with
        {
            Commands = new AppCommands { PreBackup = ["sh", "-c", $"touch {maintenance}; {end}"], PostBackup = ["rm", maintenance] },
        });
        Assert.Equal("CommandFailed", (await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync())).ErrorId);
        Assert.False(File.Exists(maintenance));
        Assert.Empty(platform.Observer.Warnings);
    }

    [Fact]
    public async Task A_failing_PreBackupCommand_fails_the_backup_with_its_last_words()
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with
        {
            Commands = new AppCommands { PreBackup = ["sh", "-c", "echo the reason >&2; exit 3"] },
        });
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal("CommandFailed", failure.ErrorId);
        Assert.Contains("PreBackupCommand", failure.Message, StringComparison.Ordinal);
        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("the reason", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_site_that_keeps_nothing_never_claims_a_backup()
    {
        using var platform = await new TestPlatform().SetUpAsync(site: site => site with { Provider = "noop", Settings = new NoopSettings() });
        Assert.Null(await platform.Engine.AppBackups.CreateAsync(TestPlatform.Location, new AppBackupOptions(), platform.Observer, Token));
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("keeps nothing", StringComparison.Ordinal));
        Assert.Empty(platform.Engine.AppBackups.List());
    }

    [Fact]
    public async Task A_missing_place_a_missing_data_directory_and_unknown_names_each_have_their_own_error()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        Assert.Equal("AppNotFound", (await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.AppBackups.CreateAsync("x.example.com", new AppBackupOptions(), platform.Observer, Token))).ErrorId);
        Assert.Equal("SiteNotFound", (await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync(new AppBackupOptions { Site = "x" }))).ErrorId);
        Directory.Move(platform.Data, platform.Data + ".away");
        Assert.Equal("DataDirectoryUnusable", (await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync())).ErrorId);
        Directory.Move(platform.Data + ".away", platform.Data);
        Directory.Delete(platform.SitePath);
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal("StorageNotFound", failure.ErrorId);
        Assert.Contains("mount it", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(platform.SitePath));
    }

    private static SqliteConnection OpenDatabase(string path, string? journal)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False;Default Timeout=60");
        connection.Open();
        if (journal is not null)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"PRAGMA journal_mode={journal}; CREATE TABLE a (id INTEGER PRIMARY KEY, x BLOB); CREATE TABLE b (id INTEGER PRIMARY KEY, x BLOB);";
            command.ExecuteNonQuery();
        }
        return connection;
    }

    private static void WritePairs(SqliteConnection connection, CancellationToken token)
    {
        for (var i = 1; !token.IsCancellationRequested; i++)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"BEGIN IMMEDIATE; INSERT INTO a VALUES ({i}, randomblob(2000)); INSERT INTO b VALUES ({i}, randomblob(2000)); COMMIT;";
            command.ExecuteNonQuery();
        }
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
