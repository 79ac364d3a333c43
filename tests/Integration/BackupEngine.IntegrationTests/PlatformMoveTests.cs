using System.Net;
using CloudBackup.IntegrationTests.S3;
using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.IntegrationTests;

/// <summary>A whole server moves: twenty apps with files, databases and commands, through a disk and through a bucket.</summary>
public sealed class PlatformMoveTests
{
    private const int AppCount = 20;
    private const string Password = "correct horse";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("filesystem", BackupFormat.Tgz, false)]
    [InlineData("filesystem", BackupFormat.Tgz, true)]
    [InlineData("filesystem", BackupFormat.Rsync, true)]
    [InlineData("ceph-rgw", BackupFormat.Tgz, true)]
    [InlineData("ceph-rgw", BackupFormat.Rsync, true)]
    [InlineData("ceph-rgw", BackupFormat.Rsync, false)]
    public async Task Twenty_apps_move_to_another_home(string storage, BackupFormat format, bool isEncrypted)
    {
        var bucket = storage == "ceph-rgw" ? await S3Server.Ceph.MakeBucketAsync() : null;
        var secrets = SecretsFor(bucket, isEncrypted);
        using var old = await new TestPlatform().SetUpAsync(app => app with { AutomaticBackup = false }, site => SiteOf(site, bucket) with { Format = format }, secrets);
        var log = MakeServer(old, format);
        await old.BackUpAsync(new AppBackupOptions { Label = "of the wiki" });
        var first = await old.BackUpPlatformAsync();
        var box = await old.BackUpPlatformAsync();
        Assert.Equal((AppCount + 1, true), (box.DependsOn.Count, box.IsComplete));
        Directory.Delete(old.Folder["log"], recursive: true);
        Directory.CreateDirectory(old.Folder["log"]);
        var records = old.Engine.AppBackups.List().Select(backup => backup.Id).Concat([first.Id, box.Id]).Order(StringComparer.Ordinal).ToList();

        using var machine = new NewMachine(old);
        var result = await machine.RestoreAsync(options => options with { Secrets = secrets, AllowCommand = !isEncrypted });
        Assert.True(result.IsComplete, string.Join('\n', result.Apps.Select(app => $"{app}: {app.Error}")));
        Assert.Equal((box.Id, AppCount + 1), (result.BackupId, result.Apps.Count));
        AssertAllIsBack(machine);
        await AssertAppsAreBackAsync(machine, log);
        Assert.All(machine.Engine.AppBackups.List(), backup => Assert.Equal((format, isEncrypted), (backup.Format, backup.Encrypted)));
        Assert.Equal(TimeSpan.FromHours(6), machine.Engine.Sites.Get("local").Limits.Timeout);
        Assert.Equal("7 daily", machine.Engine.Sites.Get("local").Retention?.ToString());

        // The new home goes on where the old one stopped, without being told a password or a key again.
        machine.Reopen();
        if (bucket is not null && !isEncrypted)
        {
            Assert.NotNull(result.Checks.Single(check => check is { Name: "Secrets", Outcome: CheckOutcome.Warning }));
        }
        Assert.Equal(records, Listed(machine));
        var next = (await machine.Engine.PlatformBackups.CreateAsync(new PlatformBackupOptions(), machine.Observer, Token))!;
        Assert.True(next.IsComplete);
        Assert.All([next.Id, box.Id], id =>
            Assert.True(machine.Engine.PlatformBackups.TestAsync(id, machine.Observer, Token).GetAwaiter().GetResult().IsValid));

        // Without its catalog, the storage tells it all again.
        records = Listed(machine);
        await LoseCatalogAsync(old, machine, bucket, secrets);
        Assert.Equal(records, Listed(machine));
    }

    [Fact]
    public async Task One_app_of_twenty_fails_and_the_rest_is_good_and_the_exit_code_says_so_I9()
    {
        using var platform = await new TestPlatform().SetUpAsync(app => app with { AutomaticBackup = false });
        for (var i = 0; i < AppCount; i++)
        {
            AddApp(platform, i, platform.Folder["log"]);
        }
        Assert.Equal(0, Tools.RunHost(platform.Folder["home"], "New-PlatformBackup -Throttle 4 | Out-Null").ExitCode);
        // Its database is none: the dump fails.
        var broken = platform.Engine.Apps.Get("app7.example.com");
        await File.WriteAllTextAsync(Path.Join(broken.DataDirectory, "notes.db"), new string('x', 10_000), Token);
        var result = Tools.RunHost(platform.Folder["home"], "New-PlatformBackup -Throttle 4 | Out-Null");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("notes.db", result.Error + result.Output, StringComparison.Ordinal);
        platform.Reopen();
        var box = platform.Engine.PlatformBackups.List()[0];
        Assert.Equal((BackupState.Ready, false), (box.State, box.IsComplete));
        Assert.Equal(AppCount - 1, box.Apps.Count(app => app.Outcome == AppRunOutcome.BackedUp));
        Assert.Equal(AppRunOutcome.FellBack, box.Apps.Single(app => app.Location == broken.Location).Outcome);
        Assert.All(box.DependsOn, id => Assert.Equal(BackupState.Ready, platform.Engine.AppBackups.Get(id).State));
    }

    [Fact]
    public async Task A_disk_that_is_too_small_or_read_only_is_told_before_anything_is_touched()
    {
        using var old = new TestPlatform();
        var data = old.Folder.Make("mnt-ext4/big");
        await old.SetUpAsync(app => app with { DataDirectory = data });
        await File.WriteAllBytesAsync(Path.Join(data, "big"), new SeededRandom(1).Bytes(80_000_000), Token);
        old.AddApp("small.example.com");
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        Directory.Delete(data + ".lost", recursive: true);
        using (var disk = Mount.Make(old.Folder.Path, "ext4", 64))
        {
            Assert.Equal("DiskTooSmall", await machine.FailAsync());
            machine.AssertUntouched();
            disk.Remount("ro");
            var failed = (await machine.PreviewAsync()).Checks.Where(check => check.Outcome == CheckOutcome.Failed).Select(check => check.Failure!.ErrorId);
            Assert.Equal(["DiskTooSmall", "FolderUnwritable"], failed.Order(StringComparer.Ordinal));
            machine.AssertUntouched();
        }
        Assert.True((await machine.RestoreAsync()).IsComplete);
        machine.AssertAllIsBack();
    }

    /// <summary>All apps and a folder of the platform; returns the folder that the apps' commands write to.</summary>
    private static string MakeServer(TestPlatform old, BackupFormat format)
    {
        var log = old.Folder["log"];
        for (var i = 0; i < AppCount; i++)
        {
            AddApp(old, i, log);
        }
        var mail = old.Folder.Make("mail");
        if (format == BackupFormat.Tgz)
        {
            SampleTree.MakeRich(mail, new SeededRandom(3));
        }
        else
        {
            // Names that a storage does not take are refused where each file is an object of its own.
            SampleTree.MakeSmall(mail, new SeededRandom(3), files: 40);
        }
        old.Engine.Platform.SetExtraDirectories([mail]);
        return log;
    }

    private static async Task AssertAppsAreBackAsync(NewMachine machine, string log)
    {
        for (var i = 0; i < AppCount; i++)
        {
            var app = machine.Engine.Apps.Get($"app{i}.example.com");
            Assert.Equal(($"1.{i}.0", AppState.Installed), (app.Version, app.State));
            Assert.Equal($"note of app {i}", ReadNote(app.DataDirectory));
            Assert.Equal(
                [$"install 1.{i}.0 {app.Id:D}", $"start 1.{i}.0 {app.Id:D}", $"health 1.{i}.0 {app.Id:D}"],
                await File.ReadAllLinesAsync(Path.Join(log, app.Location), Token));
        }
    }

    private static async Task LoseCatalogAsync(TestPlatform old, NewMachine machine, string? bucket, SiteSecrets secrets)
    {
        machine.Engine.Dispose();
        File.Delete(Path.Join(machine.Home, "platform.db"));
        machine.Reopen();
        var settings = new FileSystemSettings { Path = old.SitePath, ExternalDisk = true };
        var site = SiteOf(new BackupSite { Name = "local", Provider = "filesystem", Settings = settings }, bucket);
        await machine.Engine.Sites.AddAsync(site, secrets, machine.Observer, Token);
        await machine.Engine.SyncAsync(null, [], machine.Observer, Token);
    }

    private static void AddApp(TestPlatform platform, int number, string log)
    {
        Directory.CreateDirectory(log);
        string[] Command(string name) => ["/bin/sh", "-c", $"echo {name} $CLOUDBACKUP_VERSION $CLOUDBACKUP_APP_ID >> {log}/$CLOUDBACKUP_LOCATION"];
        var app = platform.AddApp(
            $"app{number}.example.com",
            app => app with
            {
                Version = $"1.{number}.0",
                Addons = [new BackupAddon { Type = AddonType.Sqlite, Path = "data/notes.db" }],
                Commands = new AppCommands { Install = Command("install"), Start = Command("start"), Stop = Command("stop"), Health = Command("health"), PreBackup = Command("pre"), PostBackup = Command("post") },
            },
            files: 10 + number);
        Execute(app.DataDirectory, $"CREATE TABLE note (text TEXT); INSERT INTO note VALUES ('note of app {number}')");
    }

    /// <summary>Databases come back as consistent copies, which need not be the same bytes; everything else does.</summary>
    private static void AssertAllIsBack(NewMachine machine) => Assert.All(machine.Before, folder =>
        Assert.Equal(folder.Value.Where(IsPlain), Tree.Describe(folder.Key).Where(IsPlain)));

    private static bool IsPlain(string line) => !line.StartsWith("/notes.db", StringComparison.Ordinal);

    private static List<string> Listed(NewMachine machine) =>
    [
        .. machine.Engine.AppBackups.List().Select(backup => backup.Id).Concat(machine.Engine.PlatformBackups.List().Select(backup => backup.Id)).Order(StringComparer.Ordinal),
    ];

    private static BackupSite SiteOf(BackupSite site, string? bucket)
    {
        site = site with { Limits = site.Limits with { Timeout = TimeSpan.FromHours(6) }, Retention = RetentionPolicy.Parse("7 daily") };
        return bucket is null
            ? site
            : site with { Provider = "s3-compatible", Prefix = "server1", Settings = new S3Settings { Bucket = bucket, Region = "us-east-1", Endpoint = S3Server.Ceph.Url } };
    }

    private static SiteSecrets SecretsFor(string? bucket, bool isEncrypted) => new()
    {
        Password = isEncrypted ? Secret.Of(Password) : null,
        Credential = bucket is null ? null : new NetworkCredential(S3Server.Ceph.AccessKey, S3Server.Ceph.SecretKey),
    };

    private static void Execute(string data, string sql)
    {
        using var connection = Open(data);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string? ReadNote(string data)
    {
        using var connection = Open(data);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT text FROM note";
        return (string?)command.ExecuteScalar();
    }

    private static SqliteConnection Open(string data)
    {
        var connection = new SqliteConnection($"Data Source={Path.Join(data, "notes.db")};Pooling=False");
        connection.Open();
        return connection;
    }
}
