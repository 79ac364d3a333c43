using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.PlatformRestore;

public sealed class PlatformRestorerTests
{
    private const string Password = "correct horse";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_platform_comes_back_on_another_machine_and_goes_on_there()
    {
        using var old = await MakePlatformAsync(encrypted: true);
        var box = await old.BackUpPlatformAsync();
        var platformId = old.Engine.Platform.Get().Id;
        using var machine = new NewMachine(old);
        var result = await machine.RestoreAsync(options => options with { Secrets = Secret.Password(Password) });
        Assert.True(result.IsComplete, string.Join('\n', result.Apps.Select(app => $"{app}: {app.Error}")));
        Assert.Equal((box.Id, platformId, "local"), (result.BackupId, result.PlatformId, result.Site));
        machine.AssertAllIsBack();
        machine.Reopen();
        Assert.Equal(platformId, machine.Engine.Platform.Get().Id);
        Assert.Equal(
            [("a.example.com", "3.1", AppState.Installed), ("b.example.com", "3.1", AppState.Installed), ("wiki.example.com", "1.2.0", AppState.Installed)],
            machine.Engine.Apps.List().Select(app => (app.Location, app.Version, app.State)));
        Assert.All(machine.Engine.Apps.List(), app => Assert.Null(app.UnfinishedRestore));
        // It knows the backup that it came from, and all others, and the next backups need no password.
        Assert.Equal((BackupState.Ready, box.Size), (machine.Engine.PlatformBackups.Get(box.Id).State, machine.Engine.PlatformBackups.Get(box.Id).Size));
        var next = (await machine.Engine.PlatformBackups.CreateAsync(new PlatformBackupOptions(), machine.Observer, Token))!;
        Assert.True(next is { Encrypted: true, IsComplete: true });
        Assert.Equal(8, (await machine.Engine.SyncAsync(null, [], machine.Observer, Token)).Count);
        Assert.True((await machine.Engine.PlatformBackups.TestAsync(next.Id, machine.Observer, Token)).IsValid);
    }

    [Fact]
    public async Task A_preview_tells_all_and_touches_nothing()
    {
        using var old = await MakePlatformAsync(encrypted: true);
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var preview = await machine.PreviewAsync(options => options with { Secrets = Secret.Password(Password) });
        Assert.False(preview.IsRestored);
        Assert.Equal(["Version", "Keys", "Platform", "Backups", "Folders", "Tools", "Secrets", "Commands"], preview.Checks.Select(check => check.Name));
        Assert.All(preview.Checks, check => Assert.Equal(CheckOutcome.Passed, check.Outcome));
        Assert.All(preview.Apps, app => Assert.True(app is { State: null, BackupId: not null, Failure: null }));
        machine.AssertUntouched();
    }

    [Fact]
    public async Task The_storage_is_only_read()
    {
        using var old = await MakePlatformAsync(encrypted: false);
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old, storage => new FaultyStorage(storage)
        {
            Before = (_, call, path) =>
            {
                if (call is not ("read" or "list" or "find"))
                {
                    throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
                }
            },
        });
        Assert.True((await machine.RestoreAsync()).IsComplete);
        machine.AssertAllIsBack();
    }

    [Fact]
    public async Task The_newest_is_taken_unless_file_or_user_name_another()
    {
        using var old = await MakePlatformAsync(encrypted: false);
        var first = await old.BackUpPlatformAsync();
        var second = await old.BackUpPlatformAsync();
        var third = await old.BackUpPlatformAsync();
        old.Engine.Sites.Export("local", second.Id, old.Folder["second.json"], mayReplace: false);
        using var machine = new NewMachine(old);
        Assert.Equal(third.Id, (await machine.PreviewAsync()).BackupId);
        Assert.Equal(first.Id, (await machine.PreviewAsync(options => options with { BackupId = first.Id })).BackupId);
        machine.ConfigFile = old.Folder["second.json"];
        Assert.Equal(second.Id, (await machine.PreviewAsync()).BackupId);
        Assert.Equal(first.Id, (await machine.PreviewAsync(options => options with { BackupId = first.Id })).BackupId);
        Assert.Equal("PlatformBackupMissing", await machine.FailAsync(options => options with { BackupId = "box_v9_12345678" }));
        machine.AssertUntouched();
    }

    [Fact]
    public async Task A_site_of_the_new_machine_and_a_moved_disk_serve_as_well()
    {
        using var old = await MakePlatformAsync(encrypted: false);
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        Directory.Move(old.SitePath, old.Folder["mnt"]);
        Assert.Equal("StorageNotFound", await machine.FailAsync());
        var settings = new FileSystemSettings { Path = old.Folder["mnt"], ExternalDisk = true };
        await machine.Engine.Sites.AddAsync(
            new BackupSite { Name = "rescue", Provider = "filesystem", Settings = settings }, SiteSecrets.None, machine.Observer, Token);
        Assert.Equal("local", (await machine.PreviewAsync(options => options with { ConfigFile = null, Site = "rescue" })).Site);
        var result = await machine.RestoreAsync(options => options with { StoragePath = old.Folder["mnt"] });
        Assert.True(result.IsComplete);
        Assert.Equal(["local"], machine.Engine.Sites.List().Select(site => site.Name));
        Assert.Equal(old.Folder["mnt"], machine.Engine.Sites.Get("local").Settings.Place);
        Assert.NotNull(await machine.Engine.PlatformBackups.CreateAsync(new PlatformBackupOptions(), machine.Observer, Token));
    }

    [Fact]
    public async Task An_app_whose_command_fails_waits_in_Error_and_the_others_go_on()
    {
        using var old = new TestPlatform();
        var (log, marker) = (old.Folder["log"], old.Folder["dns"]);
        await old.SetUpAsync();
        old.Folder.Write("data/f", "wiki");
        old.AddApp("dns.example.com", app => app with { Commands = Commands(log, $"[ -e {marker} ]") });
        old.AddApp("good.example.com", app => app with { Commands = Commands(log, "true") });
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var result = await machine.RestoreAsync(options => options with { SkipDns = true });
        Assert.True(result is { IsRestored: true, IsComplete: false });
        var failed = Assert.Single(result.Apps, app => app.State == AppState.Error);
        Assert.Equal(("dns.example.com", "RestoreUnfinished"), (failed.Location, failed.Failure?.ErrorId));
        Assert.Contains("HealthCommand", failed.Error, StringComparison.Ordinal);
        machine.AssertAllIsBack();
        Assert.Equal(
            ["install dns.example.com 3.1 1", "start dns.example.com 3.1 1", "health dns.example.com 3.1 1"],
            (await File.ReadAllLinesAsync(log, Token)).Where(line => line.Contains(" dns.", StringComparison.Ordinal)));
        // A backup of it would be one of nobody knows what; the platform's next backup stands on the one from before.
        machine.Reopen();
        var next = (await machine.Engine.PlatformBackups.CreateAsync(new PlatformBackupOptions(), machine.Observer, Token))!;
        var fallen = next.Apps.Single(app => app.Location == "dns.example.com");
        Assert.Equal((AppRunOutcome.FellBack, "AppNotRestored", failed.BackupId), (fallen.Outcome, fallen.Failure?.ErrorId, fallen.BackupId));
        old.Folder.Write("dns", "");
        var app = await machine.Engine.AppBackups.RestoreAsync(failed.BackupId!, new AppRestoreOptions(), machine.Observer, Token);
        Assert.Equal((AppState.Installed, (string?)null, (string?)null), (app.State, app.LastError, app.UnfinishedRestore));
        machine.AssertAllIsBack();
        Assert.Contains("stop dns.example.com 3.1", await File.ReadAllLinesAsync(log, Token));
    }

    [Fact]
    public async Task The_platform_alone_is_restored_and_its_apps_one_by_one()
    {
        using var old = await MakePlatformAsync(encrypted: false);
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var result = await machine.RestoreAsync(options => options with { SkipAppRestore = true });
        Assert.Equal((true, false), (result.IsRestored, result.IsComplete));
        Assert.All(result.Apps, app => Assert.Equal(AppState.Error, app.State));
        Assert.False(Directory.Exists(old.Data));
        foreach (var app in machine.Engine.Apps.List())
        {
            await machine.Engine.AppBackups.RestoreAsync(app.UnfinishedRestore!, new AppRestoreOptions(), machine.Observer, Token);
        }
        Assert.All(machine.Engine.Apps.List(), app => Assert.Equal((AppState.Installed, (string?)null), (app.State, app.LastError)));
        machine.AssertAllIsBack();
    }

    [Fact]
    public async Task Each_app_goes_back_to_the_version_and_data_of_its_backup()
    {
        using var old = await new TestPlatform().SetUpAsync(app => app with { AutomaticBackup = false });
        old.Folder.Write("data/f", "one");
        await old.BackUpAsync();
        old.Folder.Write("data/f", "two");
        old.Engine.Apps.Update(old.Engine.Apps.Get(TestPlatform.Location) with { Version = "2.0.0" });
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var app = Assert.Single((await machine.RestoreAsync()).Apps);
        Assert.Equal(("1.2.0", AppState.Installed), (app.Version, app.State));
        Assert.Equal("one", await File.ReadAllTextAsync(old.Folder["data/f"], Token));
        Assert.Equal("1.2.0", machine.Engine.Apps.Get(TestPlatform.Location).Version);
    }

    [Fact]
    public async Task An_app_without_a_backup_is_there_in_Error()
    {
        using var old = await new TestPlatform().SetUpAsync(app => app with { AutomaticBackup = false });
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var result = await machine.RestoreAsync();
        var app = Assert.Single(result.Apps);
        Assert.Equal((AppState.Error, (string?)null), (app.State, app.BackupId));
        Assert.Contains("depends on no backup", app.Error, StringComparison.Ordinal);
        Assert.Contains(result.Checks, check => check.Outcome == CheckOutcome.Warning && check.Name == "Backups");
    }

    private static async Task<TestPlatform> MakePlatformAsync(bool encrypted)
    {
        var platform = await new TestPlatform().SetUpAsync(secrets: encrypted ? Secret.Password(Password) : null);
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        platform.AddApp("a.example.com");
        platform.AddApp("b.example.com");
        var mail = platform.Folder.Make("var/mail");
        SampleTree.MakeSmall(mail, new SeededRandom(7), files: 20);
        platform.Engine.Platform.SetExtraDirectories([mail]);
        return platform;
    }

    private static AppCommands Commands(string log, string health)
    {
        string[] Command(string name, string then = "true") =>
            ["/bin/sh", "-c", $"echo {name} $CLOUDBACKUP_LOCATION $CLOUDBACKUP_VERSION $CLOUDBACKUP_SKIP_DNS >> {log}; {then}"];
        return new AppCommands
        {
            Install = Command("install"),
            Start = Command("start"),
            Stop = Command("stop"),
            Health = Command("health", health),
        };
    }
}
