using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.PlatformRestore;

/// <summary>
/// Apps that a restore of the platform left in Error: whatever is in their folders by then, because the app is up and its users write, or
/// because a disk has survived, is not lost without a way back.
/// </summary>
public sealed class UnfinishedAppTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_users_wrote_to_an_app_that_was_left_is_backed_up_before_it_is_restored()
    {
        using var old = await MakeAsync();
        using var machine = await LeaveAsync(old);
        var app = machine.Engine.Apps.Get(TestPlatform.Location);
        await File.WriteAllTextAsync(old.Folder["data/f"], "written since", Token);
        await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(machine, app.UnfinishedRestore!));
        var safety = Assert.Single(machine.Engine.AppBackups.List(), backup => backup.Label == "before restore");
        Assert.Equal(BackupState.Ready, safety.State);
        Assert.Equal("one", await File.ReadAllTextAsync(old.Folder["data/f"], Token));
        // The platform's next backup still stands on what the app is to be restored to, and not on what was in the way.
        var next = (await machine.Engine.PlatformBackups.CreateAsync(new PlatformBackupOptions(), machine.Observer, Token))!;
        Assert.Equal((AppRunOutcome.FellBack, app.UnfinishedRestore), (next.Apps[0].Outcome, next.Apps[0].BackupId));
        old.Folder.Write("dns", "");
        app = await RestoreAsync(machine, safety.Id);
        Assert.Equal((AppState.Installed, (string?)null), (app.State, app.UnfinishedRestore));
        Assert.Equal("written since", await File.ReadAllTextAsync(old.Folder["data/f"], Token));
    }

    [Fact]
    public async Task An_app_that_was_left_and_does_not_stop_keeps_the_data_under_it()
    {
        using var old = await MakeAsync();
        using var machine = await LeaveAsync(old);
        old.Folder.Write("dns", "");
        old.Folder.Write("busy", "");
        await File.WriteAllTextAsync(old.Folder["data/f"], "written since", Token);
        var id = machine.Engine.Apps.Get(TestPlatform.Location).UnfinishedRestore!;
        Assert.Equal("RestoreRolledBack", (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(machine, id))).ErrorId);
        Assert.Equal("written since", await File.ReadAllTextAsync(old.Folder["data/f"], Token));
        Assert.Equal(["stop", "start"], (await File.ReadAllLinesAsync(old.Folder["log"], Token))[^2..]);
        var app = machine.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal((AppState.Error, id), (app.State, app.UnfinishedRestore));
        File.Delete(old.Folder["busy"]);
        Assert.Equal(AppState.Installed, (await RestoreAsync(machine, id)).State);
        machine.AssertAllIsBack();
    }

    [Fact]
    public async Task Data_that_survived_the_machine_is_backed_up_though_its_app_cannot_be_stopped()
    {
        using var old = await MakeAsync();
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        old.Folder.Write("dns", "");
        old.Folder.Write("busy", "");
        old.Folder.Write("data/f", "newer than the backup");
        await machine.RestoreAsync(options => options with { SkipAppRestore = true });
        var id = machine.Engine.Apps.Get(TestPlatform.Location).UnfinishedRestore!;
        Assert.Equal(AppState.Installed, (await RestoreAsync(machine, id)).State);
        machine.AssertAllIsBack();
        File.Delete(old.Folder["busy"]);
        var safety = Assert.Single(machine.Engine.AppBackups.List(), backup => backup.Label == "before restore");
        await RestoreAsync(machine, safety.Id);
        Assert.Equal("newer than the backup", await File.ReadAllTextAsync(old.Folder["data/f"], Token));
    }

    [Fact]
    public async Task One_that_is_well_after_all_is_settled_by_telling_its_version()
    {
        using var old = await MakeAsync();
        using var machine = await LeaveAsync(old);
        await File.WriteAllTextAsync(old.Folder["data/f"], "written since", Token);
        var app = machine.Engine.Apps.Update(machine.Engine.Apps.Get(TestPlatform.Location).AtVersion("1.2.1"));
        Assert.Equal(("1.2.1", AppState.Installed, (string?)null, (string?)null), (app.Version, app.State, app.LastError, app.UnfinishedRestore));
        await machine.Engine.AppBackups.CreateAsync(TestPlatform.Location, new AppBackupOptions(), machine.Observer, Token);
        Assert.Equal("written since", await File.ReadAllTextAsync(old.Folder["data/f"], Token));
    }

    [Fact]
    public async Task One_that_still_waits_for_its_data_is_not_well_whatever_its_version()
    {
        using var old = await MakeAsync();
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        await machine.RestoreAsync(options => options with { SkipAppRestore = true });
        old.Folder.Make("data");
        var before = machine.Engine.Apps.Get(TestPlatform.Location);
        var app = machine.Engine.Apps.Update(before.AtVersion("1.2.1"));
        Assert.Equal(("1.2.1", AppState.Error, before.UnfinishedRestore), (app.Version, app.State, app.UnfinishedRestore));
    }

    [Fact]
    public async Task Only_who_says_so_does_without()
    {
        using var old = await MakeAsync();
        using var machine = await LeaveAsync(old);
        old.Folder.Write("dns", "");
        var id = machine.Engine.Apps.Get(TestPlatform.Location).UnfinishedRestore!;
        await machine.Engine.AppBackups.RestoreAsync(id, new AppRestoreOptions { SkipSafetyBackup = true }, machine.Observer, Token);
        Assert.DoesNotContain(machine.Engine.AppBackups.List(), backup => backup.Label == "before restore");
    }

    [Fact]
    public async Task An_import_into_it_makes_that_backup_too()
    {
        using var old = await MakeAsync();
        using var machine = await LeaveAsync(old);
        old.Folder.Write("dns", "");
        await File.WriteAllTextAsync(old.Folder["data/f"], "written since", Token);
        var backup = machine.Engine.AppBackups.Get(machine.Engine.Apps.Get(TestPlatform.Location).UnfinishedRestore!);
        var options = new AppImportOptions { Location = TestPlatform.Location, RemotePath = backup.RemotePath };
        Assert.Equal(AppState.Installed, (await machine.Engine.AppBackups.ImportAsync(options, machine.Observer, Token)).State);
        machine.AssertAllIsBack();
        var safety = Assert.Single(machine.Engine.AppBackups.List(), own => own.Label == "before import");
        await RestoreAsync(machine, safety.Id);
        Assert.Equal("written since", await File.ReadAllTextAsync(old.Folder["data/f"], Token));
    }

    [Fact]
    public async Task Clones_and_imports_do_not_take_it_for_theirs()
    {
        using var old = await MakeAsync();
        using var machine = await LeaveAsync(old);
        await File.WriteAllTextAsync(old.Folder["data/f"], "written since", Token);
        var app = machine.Engine.Apps.Get(TestPlatform.Location);
        var backup = machine.Engine.AppBackups.Get(app.UnfinishedRestore!);
        var import = new AppImportOptions { RemotePath = backup.RemotePath, Register = true, DataDirectory = app.DataDirectory };
        var clone = new AppCopyOptions { Location = app.Location, DataDirectory = app.DataDirectory };
        Assert.Equal("AppExists", (await Assert.ThrowsAsync<BackupException>(() => machine.Engine.AppBackups.ImportAsync(import, machine.Observer, Token))).ErrorId);
        Assert.Equal("AppExists", (await Assert.ThrowsAsync<BackupException>(() => machine.Engine.AppBackups.CloneAsync(backup.Id, clone, machine.Observer, Token))).ErrorId);
        Assert.Equal("written since", await File.ReadAllTextAsync(old.Folder["data/f"], Token));
        Assert.Equal(app.UnfinishedRestore, machine.Engine.Apps.Get(TestPlatform.Location).UnfinishedRestore);
    }

    /// <summary>An app that is healthy only where the file «dns» is, and does not stop where «busy» is.</summary>
    private static async Task<TestPlatform> MakeAsync()
    {
        var platform = new TestPlatform();
        string[] Command(string name, string then) => ["/bin/sh", "-c", $"echo {name} >> {platform.Folder["log"]}; {then}"];
        await platform.SetUpAsync(app => app with
        {
            Commands = new AppCommands
            {
                Start = Command("start", "true"),
                Stop = Command("stop", $"[ ! -e {platform.Folder["busy"]} ]"),
                Health = Command("health", $"[ -e {platform.Folder["dns"]} ]"),
            },
        });
        platform.Folder.Write("data/f", "one");
        return platform;
    }

    /// <summary>The machine on which the app did not come up healthy.</summary>
    private static async Task<NewMachine> LeaveAsync(TestPlatform old)
    {
        await old.BackUpPlatformAsync();
        var machine = new NewMachine(old);
        Assert.Equal(AppState.Error, Assert.Single((await machine.RestoreAsync()).Apps).State);
        machine.AssertAllIsBack();
        return machine;
    }

    private static Task<BackupApp> RestoreAsync(NewMachine machine, string id) =>
        machine.Engine.AppBackups.RestoreAsync(id, new AppRestoreOptions(), machine.Observer, Token);
}
