using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Update;

public sealed class AppUpdaterTests
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
    [InlineData("install")]
    [InlineData("start")]
    [InlineData("health")]
    public async Task A_failure_puts_data_and_version_back_from_the_backup(string failing)
    {
        // Fails once, and what is run on the way back works.
        using var platform = await MakeAsync($"{failing} 2.0.0");
        var before = Tree.Describe(platform.Data);
        var failure = await Assert.ThrowsAsync<BackupException>(() => UpdateAsync(platform, "2.0.0"));
        Assert.Equal("UpdateRolledBack", failure.ErrorId);
        Assert.Contains("exit code 9", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, Tree.Describe(platform.Data));
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal(("1.2.0", AppState.Installed, (string?)null, (string?)null), (app.Version, app.State, app.LastError, app.UnfinishedUpdate));
        Assert.Equal(["stop 1.2.0", "install 1.2.0", "start 1.2.0", "health 1.2.0"], (await LogAsync(platform))[^4..]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_app_that_does_not_stop_is_started_again_on_the_data_that_it_has(bool isCancelled)
    {
        using var platform = await MakeAsync("stop 1.2.0", then: $"printf 'written meanwhile' > $CLOUDBACKUP_DATA_DIRECTORY/schema{(isCancelled ? "; sleep 60" : "")}");
        using var stop = new CancellationTokenSource();
        var update = UpdateAsync(platform, "2.0.0", token: stop.Token);
        if (isCancelled)
        {
            while (await File.ReadAllTextAsync(platform.Folder["data/schema"], Token) != "written meanwhile")
            {
                await Task.Yield();
            }
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => update);
        }
        else
        {
            Assert.Equal("UpdateNotBegun", (await Assert.ThrowsAsync<BackupException>(() => update)).ErrorId);
        }
        Assert.Equal("written meanwhile", await File.ReadAllTextAsync(platform.Folder["data/schema"], Token));
        Assert.Equal(["stop 1.2.0", "start 1.2.0"], await LogAsync(platform));
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal(("1.2.0", AppState.Installed, (string?)null, (string?)null), (app.Version, app.State, app.LastError, app.UnfinishedUpdate));
    }

    [Fact]
    public async Task An_app_that_may_be_up_and_does_not_stop_keeps_the_data_under_it_and_its_way_back()
    {
        using var platform = await MakeAsync("health 2.0.0", then: "chmod -x $(dirname $0)/stop");
        var log = platform.Folder["log"];
        File.WriteAllText(platform.Folder["stop"], $"#!/bin/sh\necho stop >> {log}\n");
        File.SetUnixFileMode(platform.Folder["stop"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        platform.Engine.Apps.Update(app with { Commands = app.Commands with { Stop = [platform.Folder["stop"]] } });
        var failure = await Assert.ThrowsAsync<BackupException>(() => UpdateAsync(platform, "2.0.0"));
        Assert.Equal("UpdateNotUndone", failure.ErrorId);
        Assert.Equal("migrated to 2.0.0", await File.ReadAllTextAsync(platform.Folder["data/schema"], Token));
        Assert.Equal(["stop", "install 2.0.0", "start 2.0.0", "health 2.0.0"], await LogAsync(platform));
        app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal((AppState.Error, failure.Message), (app.State, app.LastError));
        Assert.Equal(platform.Engine.AppBackups.List()[0].Id, app.UnfinishedUpdate);
        File.SetUnixFileMode(platform.Folder["stop"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        app = await platform.RestoreAsync(app.UnfinishedUpdate!);
        Assert.Equal("old", await File.ReadAllTextAsync(platform.Folder["data/schema"], Token));
        Assert.Equal((AppState.Installed, (string?)null), (app.State, app.UnfinishedUpdate));
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
        // The data that the present version knows, not what the new one has left.
        Assert.Equal(("1.2.0", "old"), (app.Version, await File.ReadAllTextAsync(platform.Folder["data/schema"], Token)));
        Assert.Null(app.UnfinishedUpdate);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_update_that_follows_a_killed_one_goes_back_to_before_both(bool skipBackup)
    {
        using var platform = await MakeAsync("install 2.0.0");
        var wayBack = await DieHalfWayAsync(platform);
        var failure = await Assert.ThrowsAsync<BackupException>(() => UpdateAsync(platform, "2.0.0", skipBackup));
        Assert.Equal("UpdateRolledBack", failure.ErrorId);
        Assert.Equal("old", await File.ReadAllTextAsync(platform.Folder["data/schema"], Token));
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal(("1.2.0", AppState.Installed, (string?)null, (string?)null), (app.Version, app.State, app.LastError, app.UnfinishedUpdate));
        // What was there is not lost either, and cannot be taken for what the label of the first says.
        Assert.Equal(skipBackup ? ["before update"] : ["interrupted update", "before update"], platform.Engine.AppBackups.List().Select(backup => backup.Label));
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains($"Restore-AppBackup {wayBack.Id}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_update_that_follows_a_killed_one_and_succeeds_leaves_nothing_in_doubt()
    {
        using var platform = await MakeAsync();
        await DieHalfWayAsync(platform);
        var app = await UpdateAsync(platform, "2.0.0");
        Assert.Equal(("2.0.0", AppState.Installed, (string?)null, (string?)null), (app.Version, app.State, app.LastError, app.UnfinishedUpdate));
        Assert.Equal("migrated to 2.0.0", await File.ReadAllTextAsync(platform.Folder["data/schema"], Token));
    }

    [Fact]
    public async Task Without_the_backup_of_the_killed_one_the_present_state_is_the_way_back_and_that_is_told()
    {
        using var platform = await MakeAsync("install 2.0.0");
        var wayBack = await DieHalfWayAsync(platform);
        await platform.Engine.AppBackups.RemoveAsync(wayBack.Id, platform.Observer, Token);
        Assert.Equal("UpdateRolledBack", (await Assert.ThrowsAsync<BackupException>(() => UpdateAsync(platform, "2.0.0"))).ErrorId);
        Assert.Equal("half migrated", await File.ReadAllTextAsync(platform.Folder["data/schema"], Token));
        Assert.Equal("before update", Assert.Single(platform.Engine.AppBackups.List()).Label);
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains($"'{wayBack.Id}'", StringComparison.Ordinal) && warning.Contains("is gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_killed_update_that_does_not_stop_now_leaves_everything_in_doubt_as_it_was()
    {
        using var platform = await MakeAsync("stop 1.2.0");
        var wayBack = await DieHalfWayAsync(platform);
        Assert.Equal("UpdateNotBegun", (await Assert.ThrowsAsync<BackupException>(() => UpdateAsync(platform, "2.0.0"))).ErrorId);
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal((AppState.Error, wayBack.Id), (app.State, app.UnfinishedUpdate));
        // Which version could start on this data, nobody knows.
        Assert.Equal(["stop 1.2.0"], await LogAsync(platform));
        Assert.Equal("half migrated", await File.ReadAllTextAsync(platform.Folder["data/schema"], Token));
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
            new BackupSite { Name = "off", Provider = "noop", Settings = new NoopSettings() }, SiteSecrets.None, platform.Observer, Token);
        Assert.Equal("UpdateBackupFailed", (await Assert.ThrowsAsync<BackupException>(() => platform.Engine.AppBackups.UpdateAppAsync(
            TestPlatform.Location, new AppUpdateOptions { Version = "2", Site = "off" }, platform.Observer, Token))).ErrorId);
        Assert.False(File.Exists(platform.Folder["log"]));
        Assert.Empty(platform.Engine.AppBackups.List());
    }

    private static async Task<TestPlatform> MakeAsync(string failing = "", string then = "true")
    {
        var platform = new TestPlatform();
        await SetUpAsync(platform, failing, then);
        return platform;
    }

    /// <summary>What an update leaves that dies while its InstallCommand changes the data.</summary>
    private static async Task<AppBackup> DieHalfWayAsync(TestPlatform platform)
    {
        var wayBack = await platform.BackUpAsync(new AppBackupOptions { Label = "before update" });
        platform.Folder.Write("data/schema", "half migrated");
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { State = AppState.Updating, UnfinishedUpdate = wayBack.Id });
        return wayBack;
    }

    /// <param name="platform">The platform.</param>
    /// <param name="failing">The command, and the version that it fails once for; or with none, fails always for.</param>
    /// <param name="then">What it does before it fails.</param>
    private static async Task SetUpAsync(TestPlatform platform, string failing, string then = "true")
    {
        platform.Folder.Write("data/schema", "old");
        var once = platform.Folder["failed"];
        string[] Command(string name, string work)
        {
            // «start » fails always, «start 2.0.0» the first time that this version is started.
            var fails = failing.EndsWith(' ') ? $"case '{failing}' in '{name} ') exit 9;; esac"
                : $"if [ \"{name} $CLOUDBACKUP_VERSION\" = '{failing}' ] && [ ! -e {once} ]; then touch {once}; {then}; exit 9; fi";
            return ["/bin/sh", "-c", $"echo {name} $CLOUDBACKUP_VERSION >> {platform.Folder["log"]}; {work}; {fails}", platform.Folder["hook"]];
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

    private static Task<BackupApp> UpdateAsync(TestPlatform platform, string version, bool skipBackup = false, CancellationToken? token = null) =>
        platform.Engine.AppBackups.UpdateAppAsync(
            TestPlatform.Location, new AppUpdateOptions { Version = version, SkipBackup = skipBackup }, platform.Observer, token ?? Token);
}
