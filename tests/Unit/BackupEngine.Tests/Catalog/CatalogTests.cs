using CloudBackup.Platform;
using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Catalog;

public sealed class CatalogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lost_catalog_comes_back_from_the_storage()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 10);
        for (var i = 0; i < 3; i++)
        {
            await platform.BackUpAsync(new AppBackupOptions { Label = $"label {i}" });
        }
        var newest = platform.Engine.AppBackups.List()[0];
        await platform.Engine.AppBackups.AnnotateAsync(
            newest.Id, backup => backup with { Label = "changed", PreserveUntil = DateTimeOffset.MaxValue }, platform.Observer, Token);
        var before = platform.Engine.AppBackups.List();
        platform.Engine.Dispose();
        foreach (var file in Directory.GetFiles(platform.Folder["home"], "platform.db*"))
        {
            File.Delete(file);
        }
        platform.Reopen();
        await platform.SetUpAsync();
        Assert.Empty(platform.Engine.AppBackups.List());
        var found = await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        Assert.Equal(before, found.Cast<AppBackup>(), BackupComparer.Instance);
        Assert.Equal(before, platform.Engine.AppBackups.List(), BackupComparer.Instance);
        Assert.Equal("changed", found[0].Label);
        Assert.Equal(DateTimeOffset.MaxValue, found[0].PreserveUntil);
        Assert.True((await platform.Engine.AppBackups.TestAsync(found[1].Id, platform.Observer, Token)).IsValid);
    }

    [Fact]
    public async Task Labels_set_later_change_nothing_below_the_dated_path_I3()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var backup = await platform.BackUpAsync();
        var before = platform.StoredFiles().ToDictionary(path => path, path => File.ReadAllBytes(Path.Join(platform.SitePath, path)));
        await platform.Engine.AppBackups.AnnotateAsync(backup.Id, b => b with { Label = "later" }, platform.Observer, Token);
        Assert.All(before, pair => Assert.Equal(pair.Value, File.ReadAllBytes(Path.Join(platform.SitePath, pair.Key))));
        Assert.Equal(before.Keys.Append($"notes/{backup.RemotePath}.json").Order(StringComparer.Ordinal), platform.StoredFiles());
    }

    [Fact]
    public async Task A_sync_drops_what_is_gone_and_passes_over_what_is_incomplete()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var (first, second, third) = (await platform.BackUpAsync(), await platform.BackUpAsync(), await platform.BackUpAsync());
        foreach (var path in platform.StoredFiles().Where(path => path.StartsWith(first.RemotePath, StringComparison.Ordinal)))
        {
            File.Delete(Path.Join(platform.SitePath, path));
        }
        await File.AppendAllTextAsync(Path.Join(platform.SitePath, second.RemotePath + ".tar.gz"), "x", Token);
        Directory.CreateDirectory(Path.Join(platform.SitePath, "holiday pictures"));
        var found = await platform.Engine.SyncAsync("local", [], platform.Observer, Token);
        Assert.Equal(third.Id, Assert.Single(found).Id);
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("incomplete", StringComparison.Ordinal));
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains(first.Id, StringComparison.Ordinal));
        Assert.Equal(third.Id, Assert.Single(platform.Engine.AppBackups.List()).Id);
    }

    [Fact]
    public async Task A_storage_that_seems_empty_drops_nothing()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        await platform.BackUpAsync();
        Directory.Move(platform.SitePath, platform.SitePath + ".away");
        Directory.CreateDirectory(platform.SitePath);
        Assert.Empty(await platform.Engine.SyncAsync(null, [], platform.Observer, Token));
        Assert.Single(platform.Engine.AppBackups.List());
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("Their records stay", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Removing_removes_data_then_record_and_a_failing_store_keeps_the_record_I4()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        var backup = await platform.BackUpAsync();
        await platform.Engine.AppBackups.AnnotateAsync(backup.Id, b => b with { Label = "x" }, platform.Observer, Token);
        foreach (var ending in new[] { ".backupinfo", ".index.gz", ".json" })
        {
            faults().Before = (_, call, path) =>
            {
                if (call == "remove" && path.EndsWith(ending, StringComparison.Ordinal))
                {
                    throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
                }
            };
            await Assert.ThrowsAsync<BackupException>(() => platform.Engine.AppBackups.RemoveAsync(backup.Id, platform.Observer, Token));
            Assert.Single(platform.Engine.AppBackups.List());
        }
        faults().Before = null;
        await platform.Engine.AppBackups.RemoveAsync(backup.Id, platform.Observer, Token);
        Assert.Empty(platform.Engine.AppBackups.List());
        Assert.Empty(Directory.GetFileSystemEntries(platform.SitePath));
    }

    [Fact]
    public void A_catalog_of_a_newer_version_is_left_alone()
    {
        using var folder = new TempFolder();
        BackupEngine.Open(new BackupEngineOptions { PlatformHome = folder["home"] }).Dispose();
        using (var connection = new SqliteConnection($"Data Source={folder["home/platform.db"]};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 999";
            command.ExecuteNonQuery();
        }
        var failure = Assert.Throws<BackupException>(() => BackupEngine.Open(new BackupEngineOptions { PlatformHome = folder["home"] }));
        Assert.Equal("PlatformTooNew", failure.ErrorId);
        Assert.Contains("999", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_catalog_of_the_first_version_keeps_its_backups()
    {
        using var folder = new TempFolder();
        folder.Make("home");
        using (var connection = new SqliteConnection($"Data Source={folder["home/platform.db"]};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = FirstSchema;
            command.ExecuteNonQuery();
        }
        using var engine = BackupEngine.Open(new BackupEngineOptions { PlatformHome = folder["home"] });
        var backup = Assert.Single(engine.AppBackups.List("wiki.example.com", "local"));
        Assert.Equal(("app_wiki.example.com_v1_0a1b2c3d", BackupState.Ready), (backup.Id, backup.State));
        Assert.Equal(backup.Created, Assert.Single(engine.Apps.List()).LastBackup);
    }

    [Fact]
    public void A_damaged_catalog_is_told_with_the_way_out()
    {
        using var folder = new TempFolder();
        folder.Write("home/platform.db", new string('x', 10_000));
        var failure = Assert.Throws<BackupException>(() => BackupEngine.Open(new BackupEngineOptions { PlatformHome = folder["home"] }));
        Assert.Equal("CatalogUnusable", failure.ErrorId);
        Assert.Contains("Sync-BackupCatalog", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_home_that_cannot_be_made_is_told()
    {
        using var folder = new TempFolder();
        folder.Write("file", "x");
        Assert.Equal("PlatformHomeUnusable", Assert.Throws<BackupException>(() =>
            BackupEngine.Open(new BackupEngineOptions { PlatformHome = folder["file/home"] })).ErrorId);
    }

    [Fact]
    public void Many_engines_open_a_new_platform_at_a_time()
    {
        using var folder = new TempFolder();
        Parallel.For(0, 8, _ => BackupEngine.Open(new BackupEngineOptions { PlatformHome = folder["home"] }).Dispose());
        using var engine = BackupEngine.Open(new BackupEngineOptions { PlatformHome = folder["home"] });
        Assert.Empty(engine.Apps.List());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder["home"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["home/platform.db"]));
    }

    [Fact]
    public void A_lock_is_exclusive_and_names_its_owner()
    {
        using var folder = new TempFolder();
        var home = PlatformHome.Open(folder["home"], mayCreate: true, TimeProvider.System);
        using (var first = PlatformLock.TryTake(home, "x", "backup", TimeProvider.System, out _))
        {
            Assert.NotNull(first);
            Assert.Null(PlatformLock.TryTake(home, "x", "restore", TimeProvider.System, out var owner));
            Assert.StartsWith($"backup, process {Environment.ProcessId}, since ", owner, StringComparison.Ordinal);
            using var other = PlatformLock.TryTake(home, "y", "restore", TimeProvider.System, out _);
            Assert.NotNull(other);
        }
        using var again = PlatformLock.TryTake(home, "x", "restore", TimeProvider.System, out _);
        Assert.NotNull(again);
    }

    [Theory]
    [InlineData("CLOUDBACKUP_HOME=/x;XDG_DATA_HOME=/y;HOME=/z", "/x")]
    [InlineData("CLOUDBACKUP_HOME=;XDG_DATA_HOME=/y", "/y/cloudbackup")]
    [InlineData("HOME=/z", "/z/.local/share/cloudbackup")]
    [InlineData("HOME=;XDG_DATA_HOME=", "/passwd/.local/share/cloudbackup")]
    [InlineData("", "/passwd/.local/share/cloudbackup")]
    public void The_default_home_follows_the_environment(string environment, string expected) =>
        Assert.Equal(expected, DefaultHome.Find(Variables(environment), isRoot: false, () => "/passwd"));

    [Theory]
    [InlineData("CLOUDBACKUP_HOME=rel;HOME=/z", "CLOUDBACKUP_HOME")]
    [InlineData("CLOUDBACKUP_HOME=.", "CLOUDBACKUP_HOME")]
    [InlineData("XDG_DATA_HOME=rel;HOME=/z", "XDG_DATA_HOME")]
    [InlineData("HOME=rel", "HOME")]
    [InlineData("HOME= ", "HOME")]
    [InlineData("HOME=~", "HOME")]
    public void A_relative_home_is_refused_and_named(string environment, string variable)
    {
        var failure = Assert.Throws<BackupException>(() => DefaultHome.Find(Variables(environment), isRoot: false, () => "/passwd"));
        Assert.Equal("PlatformHomeRelative", failure.ErrorId);
        Assert.Contains($"variable {variable} ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_account_without_a_home_is_asked_to_name_one() =>
        Assert.Equal("PlatformHomeUnknown", Assert.Throws<BackupException>(() => DefaultHome.Find(_ => null, isRoot: false, () => "")).ErrorId);

    [Fact]
    public void The_default_home_of_root_needs_no_home_variable() =>
        Assert.Equal("/var/lib/cloudbackup", DefaultHome.Find(Variables("HOME=rel;XDG_DATA_HOME=rel"), isRoot: true, () => ""));

    [Fact]
    public void Only_what_may_make_a_platform_makes_one()
    {
        using var folder = new TempFolder();
        Assert.Equal("PlatformNotFound", OpenFails(folder["home"], creates: false));
        Assert.False(Directory.Exists(folder["home"]));
        using (var made = BackupEngine.Open(new BackupEngineOptions { PlatformHome = folder["home"] }))
        {
            Assert.True(made.IsNew);
        }
        using var known = BackupEngine.Open(new BackupEngineOptions { PlatformHome = folder["home"], CreatesPlatform = false });
        Assert.False(known.IsNew);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage that is no database at all, but long enough to look like one to somebody who only looks at the length of a file")]
    [InlineData("other")]
    [InlineData("cut")]
    [InlineData("half")]
    [InlineData("schema 0")]
    public void A_catalog_that_is_none_is_refused_and_left_as_it_is(string damage)
    {
        using var folder = new TempFolder();
        var path = folder["home/platform.db"];
        BackupEngine.Open(new BackupEngineOptions { PlatformHome = folder["home"] }).Dispose();
        switch (damage)
        {
            case "other" or "schema 0":
                File.Delete(path);
                using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
                {
                    connection.Open();
                    using var command = connection.CreateCommand();
                    command.CommandText = damage == "other" ? "CREATE TABLE x (y); PRAGMA user_version = 3;" : "CREATE TABLE x (y)";
                    command.ExecuteNonQuery();
                }
                break;
            case "cut" or "half":
                var bytes = File.ReadAllBytes(path);
                File.WriteAllBytes(path, bytes[..(damage == "cut" ? bytes.Length - 1 : bytes.Length / 2)]);
                break;
            default:
                File.WriteAllText(path, damage);
                break;
        }
        var before = File.ReadAllBytes(path);
        foreach (var creates in new[] { true, false })
        {
            Assert.Equal("CatalogUnusable", OpenFails(folder["home"], creates));
        }
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("secrets/key-1", true)]
    [InlineData("sync/local/x.cache", true)]
    [InlineData("platform.db-wal", false)]
    [InlineData("platform.db-journal", false)]
    public void A_home_that_has_lost_its_catalog_is_no_new_one(string sign, bool canBeginAnew)
    {
        using var folder = new TempFolder();
        BackupEngine.Open(new BackupEngineOptions { PlatformHome = folder["home"] }).Dispose();
        File.Delete(folder["home/platform.db"]);
        folder.Write($"home/{sign}", "x");
        Assert.Equal("CatalogMissing", OpenFails(folder["home"], creates: false));
        Assert.False(File.Exists(folder["home/platform.db"]));
        if (!canBeginAnew)
        {
            Assert.Equal("CatalogMissing", OpenFails(folder["home"], creates: true));
            return;
        }
        using var anew = BackupEngine.Open(new BackupEngineOptions { PlatformHome = folder["home"] });
        Assert.True(anew.HasLostCatalog);
    }

    private static string OpenFails(string home, bool creates)
    {
        var failure = Assert.Throws<BackupException>(() =>
            BackupEngine.Open(new BackupEngineOptions { PlatformHome = home, CreatesPlatform = creates }));
        Assert.True(failure.Message.Length < 320 + home.Length, failure.Message);
        return failure.ErrorId;
    }

    private static Func<string, string?> Variables(string text) =>
        text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]).GetValueOrDefault;

    private const string FirstSchema =
        """
        CREATE TABLE site (name TEXT PRIMARY KEY COLLATE NOCASE, is_default INTEGER NOT NULL, document TEXT NOT NULL);
        CREATE TABLE app (id TEXT PRIMARY KEY, location TEXT NOT NULL UNIQUE COLLATE NOCASE, document TEXT NOT NULL);
        CREATE TABLE app_backup (
            id TEXT PRIMARY KEY, app_id TEXT NOT NULL, location TEXT NOT NULL COLLATE NOCASE, site TEXT NOT NULL COLLATE NOCASE,
            remote_path TEXT NOT NULL, state TEXT NOT NULL, created INTEGER NOT NULL, origin TEXT NOT NULL, info_hash TEXT,
            document TEXT NOT NULL, UNIQUE (site, remote_path));
        CREATE INDEX app_backup_by_app ON app_backup (app_id, created);
        CREATE TABLE restore_journal (app_id TEXT PRIMARY KEY, document TEXT NOT NULL);
        INSERT INTO app VALUES ('6f2c7c1e-9d43-4d0c-8f0e-111111111111', 'wiki.example.com',
            '{"id":"6f2c7c1e-9d43-4d0c-8f0e-111111111111","location":"wiki.example.com","version":"1","dataDirectory":"/srv/wiki"}');
        INSERT INTO app_backup VALUES ('app_wiki.example.com_v1_0a1b2c3d', '6f2c7c1e-9d43-4d0c-8f0e-111111111111', 'wiki.example.com', 'local',
            '2026-01-02-030405-006/app_wiki.example.com_v1', 'Ready', 1767323045006, 'local', 'aa',
            '{"id":"app_wiki.example.com_v1_0a1b2c3d","appId":"6f2c7c1e-9d43-4d0c-8f0e-111111111111","location":"wiki.example.com",
              "version":"1","site":"local","remotePath":"2026-01-02-030405-006/app_wiki.example.com_v1","state":"Ready",
              "created":"2026-01-02T03:04:05.006+00:00"}');
        PRAGMA user_version = 1;
        """;

    private sealed class BackupComparer : IEqualityComparer<AppBackup>
    {
        public static BackupComparer Instance { get; } = new();

        // What only a sync knows is another origin, and the same backup.
        private static AppBackup Facts(AppBackup? backup) => backup! with { Missing = [], Duration = default, Origin = BackupOrigin.Storage };

        public bool Equals(AppBackup? x, AppBackup? y) => Facts(x) == Facts(y)
            && Math.Abs((x!.Duration - y!.Duration).TotalMilliseconds) < 1000 && x.Missing.SequenceEqual(y.Missing);

        public int GetHashCode(AppBackup backup) => 0;
    }
}
