using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Clone;

public sealed class AppClonerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clone_is_an_exact_replica_with_an_id_and_a_place_of_its_own()
    {
        using var platform = new TestPlatform();
        var log = platform.Folder["log"];
        await platform.SetUpAsync(app => app with { Exclude = ["cache/"], AutomaticBackup = false, Commands = Commands(log) });
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        var before = Tree.Describe(platform.Data);
        var backup = await platform.BackUpAsync();
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "9", Exclude = [] });
        var clone = await CloneAsync(platform, backup.Id);
        var original = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal(("staging.example.com", "1.2.0", "wiki", AppState.Installed), (clone.Location, clone.Version, clone.PackageName, clone.State));
        Assert.NotEqual(original.Id, clone.Id);
        Assert.Equal((platform.Folder["staging"], false, (string?)null), (clone.DataDirectory, clone.AutomaticBackup, clone.UnfinishedRestore));
        Assert.Equal(["cache/"], clone.Exclude);
        Assert.Equal(before, Tree.Describe(platform.Folder["staging"]));
        Assert.Equal(before, Tree.Describe(platform.Data));
        Assert.Equal(
            [$"install staging.example.com 1.2.0 {clone.Id:D}", $"start staging.example.com 1.2.0 {clone.Id:D}", $"health staging.example.com 1.2.0 {clone.Id:D}"],
            await File.ReadAllLinesAsync(log, Token));
        // The two go their own ways.
        platform.Folder.Write("staging/new", "only here");
        var own = (await platform.Engine.AppBackups.CreateAsync(clone.Location, new AppBackupOptions(), platform.Observer, Token))!;
        Assert.Equal(clone.Id, own.AppId);
        Assert.False(File.Exists(platform.Folder["data/new"]));
        Assert.Single(platform.Engine.AppBackups.List(TestPlatform.Location));
    }

    [Fact]
    public async Task The_databases_of_a_clone_are_its_own()
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with
        {
            Addons = [new BackupAddon { Type = AddonType.Sqlite, Path = "data/db/app.db" }],
        });
        platform.Folder.Make("data/db");
        Execute(platform.Folder["data/db/app.db"], "CREATE TABLE note (text TEXT); INSERT INTO note VALUES ('both')");
        var clone = await CloneAsync(platform, (await platform.BackUpAsync()).Id);
        Execute(platform.Folder["staging/db/app.db"], "INSERT INTO note VALUES ('clone')");
        Execute(platform.Folder["data/db/app.db"], "INSERT INTO note VALUES ('original')");
        // Each backup dumps the app's own, and each restore brings only that back.
        var ofClone = (await platform.Engine.AppBackups.CreateAsync(clone.Location, new AppBackupOptions(), platform.Observer, Token))!;
        var ofOriginal = await platform.BackUpAsync();
        Execute(platform.Folder["staging/db/app.db"], "DELETE FROM note");
        Execute(platform.Folder["data/db/app.db"], "DELETE FROM note");
        await platform.RestoreAsync(ofClone.Id);
        Assert.Equal("both,clone", Execute(platform.Folder["staging/db/app.db"], "SELECT group_concat(text) FROM note"));
        Assert.Equal(DBNull.Value, Execute(platform.Folder["data/db/app.db"], "SELECT group_concat(text) FROM note"));
        await platform.RestoreAsync(ofOriginal.Id);
        Assert.Equal("both,original", Execute(platform.Folder["data/db/app.db"], "SELECT group_concat(text) FROM note"));
        Assert.Equal("both,clone", Execute(platform.Folder["staging/db/app.db"], "SELECT group_concat(text) FROM note"));
    }

    [Fact]
    public async Task What_is_said_takes_the_place_of_what_the_backup_says()
    {
        using var platform = new TestPlatform();
        await platform.SetUpAsync(app => app with { Commands = new AppCommands { Start = ["/bin/false"] } });
        var backup = await platform.BackUpAsync();
        var options = Options(platform) with { Change = app => app with { Commands = app.Commands with { Start = ["/bin/true"] } } };
        var clone = await platform.Engine.AppBackups.CloneAsync(backup.Id, options, platform.Observer, Token);
        Assert.Equal(["/bin/true"], clone.Commands.Start);
    }

    [Fact]
    public async Task What_is_changed_for_the_clone_is_checked_as_everything_is_that_an_app_is_given()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/f", "x");
        var backup = await platform.BackUpAsync();
        var options = Options(platform) with { Change = app => app with { Addons = [new BackupAddon { Type = AddonType.Sqlite, Path = "data/../../app.db" }] } };
        await Assert.ThrowsAsync<BackupException>(() => platform.Engine.AppBackups.CloneAsync(backup.Id, options, platform.Observer, Token));
        Assert.Single(platform.Engine.Apps.List());
        Assert.False(Directory.Exists(options.DataDirectory));
    }

    [Fact]
    public async Task A_location_or_folder_in_use_is_refused_and_left_as_it_is()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/f", "x");
        var backup = await platform.BackUpAsync();
        platform.Folder.Write("full/mine", "mine");
        var options = Options(platform);
        (AppCopyOptions Options, string Expected)[] refused =
        [
            (options with { Location = "WIKI.example.com" }, "AppExists"),
            (options with { Location = "not valid/" }, "NameInvalid"),
            (options with { DataDirectory = platform.Folder["full"] }, "FolderOccupied"),
            (options with { DataDirectory = platform.Folder["full/mine"] }, "FolderUnwritable"),
            (options with { DataDirectory = platform.Folder["data/inside"] }, "DataDirectoryTaken"),
            (options with { DataDirectory = platform.Folder.Path }, "DataDirectoryTaken"),
            (options with { DataDirectory = platform.Folder["home/data"] }, "DataDirectoryTaken"),
            (options with { DataDirectory = "relative" }, "NameInvalid"),
        ];
        foreach (var (wrong, expected) in refused)
        {
            var failure = await Assert.ThrowsAsync<BackupException>(() => platform.Engine.AppBackups.CloneAsync(backup.Id, wrong, platform.Observer, Token));
            Assert.Equal(expected, failure.ErrorId);
        }
        Assert.Single(platform.Engine.Apps.List());
        Assert.Equal(["full/mine"], Directory.EnumerateFiles(platform.Folder["full"]).Select(path => Path.GetRelativePath(platform.Folder.Path, path)));
        Assert.Equal("BackupNotFound", (await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.AppBackups.CloneAsync("nothing", options, platform.Observer, Token))).ErrorId);
    }

    [Theory]
    [InlineData("install", false)]
    [InlineData("health", false)]
    [InlineData("health", true)]
    public async Task A_clone_that_does_not_come_up_leaves_nothing(string failing, bool wasThere)
    {
        using var platform = new TestPlatform();
        var log = platform.Folder["log"];
        await platform.SetUpAsync(app => app with { Commands = Commands(log, failing) });
        platform.Folder.Write("data/f", "x");
        var backup = await platform.BackUpAsync();
        if (wasThere)
        {
            platform.Folder.Make("staging");
        }
        var failure = await Assert.ThrowsAsync<BackupException>(() => CloneAsync(platform, backup.Id));
        Assert.Equal("AppNotBroughtUp", failure.ErrorId);
        Assert.Contains("exit code 9", failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("stop staging.example.com", (await File.ReadAllLinesAsync(log, Token))[^1], StringComparison.Ordinal);
        Assert.Equal(wasThere, Directory.Exists(platform.Folder["staging"]));
        Assert.False(wasThere && Directory.EnumerateFileSystemEntries(platform.Folder["staging"]).Any());
        Assert.Single(platform.Engine.Apps.List());
        Assert.Equal("x", await File.ReadAllTextAsync(platform.Folder["data/f"], Token));
    }

    [Fact]
    public async Task Damage_or_a_stop_leaves_nothing_and_the_same_can_be_tried_again()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 50);
        var backup = await platform.BackUpAsync();
        using var stop = new CancellationTokenSource();
        faults().Before = (_, call, path) =>
        {
            if (call == "read" && path.EndsWith(".tar.gz", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            platform.Engine.AppBackups.CloneAsync(backup.Id, Options(platform), platform.Observer, stop.Token));
        Assert.Single(platform.Engine.Apps.List());
        Assert.False(Directory.Exists(platform.Folder["staging"]));
        faults().Before = null;
        Assert.Equal(AppState.Installed, (await CloneAsync(platform, backup.Id)).State);
        Damage.Middle(Path.Join(platform.SitePath, backup.RemotePath + ".tar.gz"));
        var options = Options(platform) with { Location = "other.example.com", DataDirectory = platform.Folder["other"] };
        Assert.Equal("BackupDamaged", (await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.AppBackups.CloneAsync(backup.Id, options, platform.Observer, Token))).ErrorId);
        Assert.Equal(2, platform.Engine.Apps.List().Count);
        Assert.False(Directory.Exists(platform.Folder["other"]));
    }

    private static object? Execute(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static AppCopyOptions Options(TestPlatform platform) =>
        new() { Location = "staging.example.com", DataDirectory = platform.Folder["staging"] };

    private static Task<BackupApp> CloneAsync(TestPlatform platform, string id) =>
        platform.Engine.AppBackups.CloneAsync(id, Options(platform), platform.Observer, Token);

    private static AppCommands Commands(string log, string failing = "")
    {
        string[] Command(string name) =>
            ["/bin/sh", "-c", $"echo {name} $CLOUDBACKUP_LOCATION $CLOUDBACKUP_VERSION $CLOUDBACKUP_APP_ID >> {log}" + (name == failing ? "; exit 9" : "")];
        return new AppCommands { Install = Command("install"), Start = Command("start"), Stop = Command("stop"), Health = Command("health") };
    }
}
