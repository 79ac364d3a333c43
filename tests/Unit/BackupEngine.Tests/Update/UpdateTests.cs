using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Update;

public sealed class UpdateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_app_is_backed_up_and_brought_to_the_new_version()
    {
        using var platform = await MakeAsync();
        var app = await UpdateAsync(platform, "2.0.0");
        Assert.Equal(("2.0.0", AppState.Installed), (app.Version, app.State));
        Assert.Equal(["stop 1.2.0", "install 2.0.0", "start 2.0.0", "health 2.0.0"], await LogAsync(platform));
        var backup = Assert.Single(platform.Engine.AppBackups.List());
        Assert.Equal((BackupState.Ready, "1.2.0", "before update"), (backup.State, backup.Version, backup.Label));
        Assert.InRange(backup.PreserveUntil!.Value - backup.Created, TimeSpan.FromDays(20.99), TimeSpan.FromDays(21.01));
        Assert.Equal("migrated to 2.0.0", await File.ReadAllTextAsync(platform.Folder["data/schema"], Token));
        // The way back, when the mistake shows only later.
        app = await platform.RestoreAsync(backup.Id);
        Assert.Equal(("1.2.0", "old"), (app.Version, await File.ReadAllTextAsync(platform.Folder["data/schema"], Token)));
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("install")]
    [InlineData("start")]
    [InlineData("health")]
    public async Task A_failure_puts_data_and_version_back_from_the_backup(string failing)
    {
        // Fails once, and what is run on the way back works. A stop that fails on the way back, too, does not matter.
        using var platform = await MakeAsync($"{failing} {(failing == "stop" ? "1.2.0" : "2.0.0")}");
        var before = Tree.Describe(platform.Data);
        var failure = await Assert.ThrowsAsync<BackupException>(() => UpdateAsync(platform, "2.0.0"));
        Assert.Equal("UpdateRolledBack", failure.ErrorId);
        Assert.Contains("exit code 9", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, Tree.Describe(platform.Data));
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal(("1.2.0", AppState.Installed, (string?)null), (app.Version, app.State, app.LastError));
        Assert.Equal(["stop 1.2.0", "install 1.2.0", "start 1.2.0", "health 1.2.0"], (await LogAsync(platform))[^4..]);
    }

    [Fact]
    public async Task When_the_backup_fails_nothing_is_updated()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await SetUpAsync(platform, "");
        await platform.BackUpAsync();
        faults().Before = (_, call, path) =>
        {
            if (call == "write")
            {
                throw FaultyStorage.Error(StorageErrorKind.OutOfSpace, path);
            }
        };
        var failure = await Assert.ThrowsAsync<BackupException>(() => UpdateAsync(platform, "2.0.0"));
        Assert.Equal(("UpdateBackupFailed", BackupErrorCategory.OutOfSpace), (failure.ErrorId, failure.Category));
        Assert.False(File.Exists(platform.Folder["log"]));
        Assert.Equal(("1.2.0", AppState.Installed), (platform.Engine.Apps.Get(TestPlatform.Location).Version, platform.Engine.Apps.Get(TestPlatform.Location).State));
        var app = await platform.Engine.AppBackups.UpdateAppAsync(
            TestPlatform.Location, new AppUpdateOptions { Version = "2.0.0", SkipBackup = true }, platform.Observer, Token);
        Assert.Equal("2.0.0", app.Version);
    }

    [Fact]
    public async Task Without_a_backup_a_failure_leaves_the_app_in_Error_until_an_update_succeeds()
    {
        using var platform = await MakeAsync("install 2.0.0");
        var options = new AppUpdateOptions { Version = "2.0.0", SkipBackup = true };
        var failure = await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.AppBackups.UpdateAppAsync(TestPlatform.Location, options, platform.Observer, Token));
        Assert.Equal("UpdateFailed", failure.ErrorId);
        Assert.Equal(AppState.Error, platform.Engine.Apps.Get(TestPlatform.Location).State);
        var app = await platform.Engine.AppBackups.UpdateAppAsync(TestPlatform.Location, options with { Version = "2.0.1" }, platform.Observer, Token);
        Assert.Equal(("2.0.1", AppState.Installed, (string?)null), (app.Version, app.State, app.LastError));
        Assert.Empty(platform.Engine.AppBackups.List());
    }

    [Fact]
    public async Task When_going_back_fails_too_the_app_is_in_Error_and_told_how_to_go_on()
    {
        using var platform = await MakeAsync("start ");
        var failure = await Assert.ThrowsAsync<BackupException>(() => UpdateAsync(platform, "2.0.0"));
        Assert.Equal("UpdateNotUndone", failure.ErrorId);
        var backup = Assert.Single(platform.Engine.AppBackups.List());
        Assert.Contains($"Restore-AppBackup {backup.Id}", failure.Message, StringComparison.Ordinal);
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal((AppState.Error, failure.Message), (app.State, app.LastError));
    }

    [Fact]
    public async Task An_update_that_was_killed_is_told_by_the_next_command()
    {
        using var platform = await MakeAsync();
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { State = AppState.Updating });
        await platform.BackUpAsync();
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal(AppState.Error, app.State);
        Assert.Contains("interrupted", app.LastError, StringComparison.Ordinal);
        Assert.Equal(AppState.Installed, (await UpdateAsync(platform, "1.2.0")).State);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        using var platform = await MakeAsync();
        Assert.Equal("UpdateNotNeeded", (await Assert.ThrowsAsync<BackupException>(() => UpdateAsync(platform, "1.2.0"))).ErrorId);
        Assert.Equal("NameInvalid", (await Assert.ThrowsAsync<BackupException>(() => UpdateAsync(platform, "1/2"))).ErrorId);
        Assert.Equal("AppNotFound", (await Assert.ThrowsAsync<BackupException>(() => platform.Engine.AppBackups.UpdateAppAsync(
            "nothing", new AppUpdateOptions { Version = "2" }, platform.Observer, Token))).ErrorId);
        await platform.Engine.Sites.AddAsync(
            new BackupSite { Name = "off", Provider = "noop", Settings = new NoopSettings() }, CloudBackup.Sites.SiteSecrets.None, platform.Observer, Token);
        Assert.Equal("UpdateBackupFailed", (await Assert.ThrowsAsync<BackupException>(() => platform.Engine.AppBackups.UpdateAppAsync(
            TestPlatform.Location, new AppUpdateOptions { Version = "2", Site = "off" }, platform.Observer, Token))).ErrorId);
        Assert.False(File.Exists(platform.Folder["log"]));
        Assert.Empty(platform.Engine.AppBackups.List());
    }

    private static async Task<TestPlatform> MakeAsync(string failing = "")
    {
        var platform = new TestPlatform();
        await SetUpAsync(platform, failing);
        return platform;
    }

    private static async Task SetUpAsync(TestPlatform platform, string failing)
    {
        platform.Folder.Write("data/schema", "old");
        var once = platform.Folder["failed"];
        string[] Command(string name, string then)
        {
            // «start » fails always, «start 2.0.0» the first time that this version is started.
            var fails = failing.EndsWith(' ') ? $"case '{failing}' in '{name} ') exit 9;; esac"
                : $"if [ \"{name} $CLOUDBACKUP_VERSION\" = '{failing}' ] && [ ! -e {once} ]; then touch {once}; exit 9; fi";
            return ["/bin/sh", "-c", $"echo {name} $CLOUDBACKUP_VERSION >> {platform.Folder["log"]}; {then}; {fails}"];
        }
        await platform.SetUpAsync(app => app with
        {
            Commands = new AppCommands
            {
                Stop = Command("stop", "true"),
                Install = Command("install", "[ $CLOUDBACKUP_VERSION = 1.2.0 ] || printf 'migrated to %s' $CLOUDBACKUP_VERSION > $CLOUDBACKUP_DATA_DIRECTORY/schema"),
                Start = Command("start", "true"),
                Health = Command("health", "true"),
            },
        });
    }

    private static Task<string[]> LogAsync(TestPlatform platform) => File.ReadAllLinesAsync(platform.Folder["log"], Token);

    private static Task<BackupApp> UpdateAsync(TestPlatform platform, string version) =>
        platform.Engine.AppBackups.UpdateAppAsync(TestPlatform.Location, new AppUpdateOptions { Version = version }, platform.Observer, Token);
}
