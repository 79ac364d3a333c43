using CloudBackup.Storage;
using CloudBackup.Swapping;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Restore;

public sealed class AppRestorerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_place_data_and_version_go_back()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        var before = Tree.Describe(platform.Data);
        var backup = await platform.BackUpAsync();
        Change(platform);
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "2.0.0" });
        var app = await platform.RestoreAsync(backup.Id);
        Assert.Equal(("1.2.0", AppState.Installed), (app.Version, app.State));
        Assert.Equal(before, Tree.Describe(platform.Data));
        AssertNoLeftOvers(platform);
    }

    [Fact]
    public async Task To_a_folder_the_content_is_restored_and_the_app_left_alone()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        var before = Tree.Describe(platform.Data);
        var backup = await platform.BackUpAsync();
        foreach (var destination in new[] { platform.Folder["new"], platform.Folder["deep/er/new"], platform.Folder.Make("empty"), platform.Folder["slash/"] })
        {
            var result = await platform.Engine.AppBackups.RestoreToAsync(backup.Id, destination, platform.Observer, Token);
            Assert.Equal(before, Tree.Describe(Path.Join(result.FullName, "data")));
            Assert.Equal(["config.json", "data"], Directory.GetFileSystemEntries(result.FullName).Select(Path.GetFileName).Order());
        }
        Assert.Equal(before, Tree.Describe(platform.Data));
    }

    [Fact]
    public async Task A_destination_that_is_not_empty_is_refused_and_untouched()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var backup = await platform.BackUpAsync();
        platform.Folder.Write("full/file", "mine");
        foreach (var destination in new[] { "full", "full/file" })
        {
            var failure = await Assert.ThrowsAsync<BackupException>(() =>
                platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder[destination], platform.Observer, Token));
            Assert.Equal("DestinationNotEmpty", failure.ErrorId);
        }
        Assert.Equal(["file"], Directory.GetFileSystemEntries(platform.Folder["full"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Commands_run_in_order_with_the_versions_that_they_are_for()
    {
        using var platform = new TestPlatform();
        var log = platform.Folder["log"];
        await platform.SetUpAsync(app => app with { Commands = CommandsWriting(log) });
        platform.Folder.Write("data/f", "old");
        var backup = await platform.BackUpAsync();
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "2.0.0" });
        await platform.RestoreAsync(backup.Id);
        Assert.Equal(["stop 2.0.0", "install 1.2.0", "start 1.2.0", "health 1.2.0"], await File.ReadAllLinesAsync(log, Token));
    }

    [Theory]
    [InlineData("stop", "stop 2.0.0,start 2.0.0")]
    [InlineData("install", "stop 2.0.0,install 1.2.0,install 2.0.0,start 2.0.0")]
    [InlineData("start", "stop 2.0.0,install 1.2.0,start 1.2.0,stop 2.0.0,install 2.0.0,start 2.0.0")]
    [InlineData("health", "stop 2.0.0,install 1.2.0,start 1.2.0,health 1.2.0,stop 2.0.0,install 2.0.0,start 2.0.0")]
    public async Task A_command_that_fails_brings_the_old_data_and_version_back_I6(string failing, string expected)
    {
        using var platform = new TestPlatform();
        var log = platform.Folder["log"];
        // Fails only for the version of the backup: going back works.
        await platform.SetUpAsync(app => app with { Commands = CommandsWriting(log, failing, failing == "stop" ? "2.0.0" : "1.2.0") });
        platform.Folder.Write("data/f", "old");
        var backup = await platform.BackUpAsync();
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "2.0.0" });
        platform.Folder.Write("data/f", "new");
        var before = Tree.Describe(platform.Data);
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.RestoreAsync(backup.Id));
        Assert.Equal("RestoreRolledBack", failure.ErrorId);
        Assert.Contains("exit code 9", failure.Message, StringComparison.Ordinal);
        Assert.Equal(expected.Split(','), await File.ReadAllLinesAsync(log, Token));
        Assert.Equal(before, Tree.Describe(platform.Data));
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal(("2.0.0", AppState.Installed), (app.Version, app.State));
        AssertNoLeftOvers(platform);
    }

    [Fact]
    public async Task An_app_that_does_not_come_back_either_is_in_state_Error_with_the_reason()
    {
        using var platform = new TestPlatform();
        var log = platform.Folder["log"];
        await platform.SetUpAsync(app => app with { Commands = CommandsWriting(log, "start", "") });
        platform.Folder.Write("data/f", "old");
        var backup = await platform.BackUpAsync();
        await Assert.ThrowsAsync<BackupException>(() => platform.RestoreAsync(backup.Id));
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal(AppState.Error, app.State);
        Assert.Contains("StartCommand", app.LastError, StringComparison.Ordinal);
        Assert.Equal("old", await File.ReadAllTextAsync(platform.Folder["data/f"], Token));
    }

    [Fact]
    public async Task Old_data_that_cannot_be_put_back_is_told_and_put_back_by_the_next_command_I6()
    {
        using var platform = new TestPlatform();
        var (staging, hidden) = (platform.Folder[$"{DataSwap.StagingName}-data"], platform.Folder["hidden"]);
        // What it takes is in the way of putting the old data back, wherever that is.
        var steal = $"[ $CLOUDBACKUP_VERSION = 2.0.0 ] || {{ mkdir {hidden}; mv {staging}/new {hidden}; [ ! -e {staging}/old ] || mv {staging}/old {hidden}; exit 9; }}";
        await platform.SetUpAsync(app => app with { Commands = new AppCommands { Install = ["sh", "-c", steal] } });
        platform.Folder.Write("data/f", "old");
        var backup = await platform.BackUpAsync();
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "2.0.0" });
        platform.Folder.Write("data/f", "new");
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.RestoreAsync(backup.Id));
        Assert.Equal("OldDataStuck", failure.ErrorId);
        var app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal((AppState.Error, failure.Message), (app.State, app.LastError));
        foreach (var stolen in Directory.GetDirectories(hidden))
        {
            Directory.Move(stolen, Path.Join(staging, Path.GetFileName(stolen)));
        }
        await platform.BackUpAsync();
        Assert.Equal("new", await File.ReadAllTextAsync(platform.Folder["data/f"], Token));
        app = platform.Engine.Apps.Get(TestPlatform.Location);
        Assert.Equal(("2.0.0", AppState.Error), (app.Version, app.State));
        Assert.Contains("was interrupted", app.LastError, StringComparison.Ordinal);
        AssertNoLeftOvers(platform);
    }

    [Fact]
    public async Task A_damaged_backup_changes_nothing_I6()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 50);
        var backup = await platform.BackUpAsync();
        Change(platform);
        var before = Tree.Describe(platform.Data);
        Damage.Middle(Path.Join(platform.SitePath, backup.RemotePath + ".tar.gz"));
        Assert.Equal("BackupDamaged", (await Assert.ThrowsAsync<BackupException>(() =>
            platform.RestoreAsync(backup.Id))).ErrorId);
        Assert.Equal("BackupDamaged", (await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token))).ErrorId);
        Assert.False(Directory.Exists(platform.Folder["out"]));
        Assert.Equal(before, Tree.Describe(platform.Data));
        Assert.Equal(AppState.Installed, platform.Engine.Apps.Get(TestPlatform.Location).State);
        var test = await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token);
        Assert.False(test.IsValid);
        Assert.NotEmpty(test.Problems);
        AssertNoLeftOvers(platform);
    }

    [Theory]
    [InlineData(".tar.gz")]
    [InlineData(".index.gz")]
    [InlineData(".backupinfo")]
    public async Task An_object_that_is_missing_swapped_or_cut_is_found(string ending)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 50);
        var backup = await platform.BackUpAsync();
        platform.Folder.Write("data/another", "more");
        var other = await platform.BackUpAsync();
        var path = Path.Join(platform.SitePath, backup.RemotePath + ending);
        var good = await File.ReadAllBytesAsync(path, Token);
        foreach (var bad in new[] { null, await File.ReadAllBytesAsync(Path.Join(platform.SitePath, other.RemotePath + ending), Token), good[..^1], [] })
        {
            File.Delete(path);
            if (bad is not null)
            {
                await File.WriteAllBytesAsync(path, bad, Token);
            }
            Assert.False((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
            await Assert.ThrowsAsync<BackupException>(() =>
                platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token));
            Assert.False(Directory.Exists(platform.Folder["out"]));
        }
        await File.WriteAllBytesAsync(path, good, Token);
        Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_is_an_error_not_a_failed_test()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        var backup = await platform.BackUpAsync();
        faults().Before = (_, _, path) => throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
        Assert.Equal("StorageAccessDenied", (await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token))).ErrorId);
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_where_it_was()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        await File.WriteAllBytesAsync(Path.Join(platform.Data, "big"), new SeededRandom(1).Bytes(3_000_000), Token);
        var backup = await platform.BackUpAsync();
        var breaks = 0;
        // The next operation opens a storage of its own, which takes these over.
        faults().Before = (_, _, _) => faults().WhileReading = (path, count) =>
        {
            if (path.EndsWith(".tar.gz", StringComparison.Ordinal) && count > 500_000 && breaks < 3)
            {
                breaks++;
                throw FaultyStorage.Error(StorageErrorKind.Transient, path);
            }
        };
        Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
        Assert.Equal(3, breaks);
    }

    [Fact]
    public async Task Stopping_a_restore_changes_nothing_I8()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 50);
        var backup = await platform.BackUpAsync();
        Change(platform);
        var before = Tree.Describe(platform.Data);
        using var stop = new CancellationTokenSource();
        faults().Before = (_, call, path) =>
        {
            if (call == "read" && path.EndsWith(".tar.gz", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => platform.RestoreAsync(backup.Id, stop.Token));
        Assert.Equal(before, Tree.Describe(platform.Data));
        Assert.Equal(AppState.Installed, platform.Engine.Apps.Get(TestPlatform.Location).State);
        AssertNoLeftOvers(platform);
    }

    [Fact]
    public async Task A_backup_that_only_the_storage_knows_gives_no_rights_away()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        var backup = await platform.BackUpAsync();
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["own"], platform.Observer, Token);
        Assert.True(File.GetUnixFileMode(platform.Folder["own/data/setuid"]).HasFlag(UnixFileMode.SetUser));
        platform.Engine.Dispose();
        File.Delete(platform.Folder["home/platform.db"]);
        using var fresh = BackupEngine.Open(new BackupEngineOptions { PlatformHome = platform.Folder["home"] });
        var site = new BackupSite { Name = "again", Provider = "filesystem", Settings = new FileSystemSettings { Path = platform.SitePath } };
        await fresh.Sites.AddAsync(site, SiteSecrets.None, platform.Observer, Token);
        var found = Assert.Single(await fresh.SyncAsync(null, [], platform.Observer, Token));
        await fresh.AppBackups.RestoreToAsync(found.Id, platform.Folder["found"], platform.Observer, Token);
        Assert.False(File.GetUnixFileMode(platform.Folder["found/data/setuid"]).HasFlag(UnixFileMode.SetUser));
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("set-user-id", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restore_of_an_unregistered_app_in_place_is_refused()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var backup = await platform.BackUpAsync();
        platform.Engine.Apps.Unregister(TestPlatform.Location, NullObserver.Instance);
        Assert.Equal("AppNotRegistered", (await Assert.ThrowsAsync<BackupException>(() =>
            platform.RestoreAsync(backup.Id))).ErrorId);
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, Token);
    }

    [Fact]
    public async Task Only_finished_backups_are_read()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync();
        faults().Before = (_, call, path) =>
        {
            if (call == "write")
            {
                throw FaultyStorage.Error(StorageErrorKind.OutOfSpace, path);
            }
        };
        await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        faults().Before = null;
        var id = Assert.Single(platform.Engine.AppBackups.List()).Id;
        Assert.Equal("BackupNotRestorable", (await Assert.ThrowsAsync<BackupException>(() =>
            platform.RestoreAsync(id))).ErrorId);
        Assert.Equal("BackupNotFound", (await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.AppBackups.TestAsync("nonsense", platform.Observer, Token))).ErrorId);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(true, "app.kept")]
    public void A_swap_goes_both_ways(bool isWholeFolder, string? kept)
    {
        using var folder = new TempFolder();
        folder.Write("app/a", "old a");
        folder.Write("app/sub/b", "old b");
        var before = Tree.Describe(folder["app"]);
        using var swap = SwapChoice.Reopen(folder["app"], isWholeFolder, kept is null ? null : folder[kept]);
        swap.MakeStaging();
        Directory.CreateDirectory(Path.Join(swap.UnpackPath, "data/sub"));
        File.WriteAllText(Path.Join(swap.UnpackPath, "data/sub/c"), "new c");
        File.WriteAllText(Path.Join(swap.UnpackPath, "data/a"), "new a");
        swap.Undo(); // harmless before anything was done
        Assert.Equal(before, Tree.Describe(folder["app"]).Where(line => !line.Contains(DataSwap.StagingName)), new TimelessComparer());
        swap.Commit();
        Assert.Equal("new a", File.ReadAllText(folder["app/a"]));
        Assert.False(File.Exists(folder["app/sub/b"]));
        swap.Undo();
        swap.Undo();
        swap.CleanUp();
        Assert.Equal(before, Tree.Describe(folder["app"]), new TimelessComparer());
    }

    [Fact]
    public void A_swap_does_not_follow_a_link_in_the_place_of_the_new_data()
    {
        using var folder = new TempFolder();
        folder.Write("app/a", "old a");
        folder.Write("victim/v", "somebody else's");
        using var swap = SwapChoice.Reopen(folder["app"], isWholeFolder: false, keptPath: null);
        swap.MakeStaging();
        Directory.CreateSymbolicLink(Path.Join(swap.UnpackPath, "data"), folder["victim"]);
        Assert.ThrowsAny<Exception>(swap.Commit);
        Assert.Equal("somebody else's", File.ReadAllText(folder["victim/v"]));
        swap.Undo();
        swap.CleanUp();
        Assert.Equal(["a"], Directory.EnumerateFileSystemEntries(folder["app"]).Select(Path.GetFileName));
    }

    private static void AssertNoLeftOvers(TestPlatform platform)
    {
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(platform.Folder.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }),
            path => path.Contains(DataSwap.StagingName, StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(platform.Folder["home/tmp"]));
    }

    private static void Change(TestPlatform platform)
    {
        foreach (var file in Directory.GetFiles(platform.Data).Take(3))
        {
            File.Delete(file);
        }
        platform.Folder.Write("data/new/file", "new");
    }

    private static AppCommands CommandsWriting(string log, string failing = "none", string failingVersion = "")
    {
        string[] Command(string word)
        {
            var exit = word == failing ? $"case $CLOUDBACKUP_VERSION in *{failingVersion}) exit 9;; esac" : "true";
            return ["sh", "-c", $"echo {word} $CLOUDBACKUP_VERSION >> {log}; {exit}"];
        }
        return new AppCommands { Stop = Command("stop"), Install = Command("install"), Start = Command("start"), Health = Command("health") };
    }

    /// <summary>Compares descriptions but for the time of the root, which every rename inside it changes.</summary>
    private sealed class TimelessComparer : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => x == y || (x!.StartsWith(". dir", StringComparison.Ordinal) && y!.StartsWith(". dir", StringComparison.Ordinal));

        public int GetHashCode(string line) => 0;
    }
}
