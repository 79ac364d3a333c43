using CloudBackup.Catalog;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Restore;

/// <summary>
/// The app's user owns the folder around the app's data, and puts links and other folders there before or while the superuser restores (I6).
/// </summary>
public sealed class PlantedLinkTests : IDisposable
{
    private const uint AppUser = 65534;

    private readonly TestPlatform _platform = new();

    public PlantedLinkTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "This needs root.");
        Directory.CreateDirectory(Victim);
        File.WriteAllText(Path.Join(Victim, "sentinel"), "secret");
        File.SetUnixFileMode(Path.Join(Victim, "sentinel"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _platform.Folder.Write("app/v/sub/f", "data");
        foreach (var path in (string[])["app/v/sub/f", "app/v/sub", "app/v", "app"])
        {
            Owner.Set(_platform.Folder[path], AppUser, AppUser);
        }
        VictimBefore = Owner.Describe(Victim);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Around => _platform.Folder["app"];

    private string Data => _platform.Folder["app/v"];

    private string Victim => _platform.Folder["victim"];

    private string Staging => Path.Join(Around, DataSwap.StagingName + "-v");

    private List<string> VictimBefore { get; }

    public void Dispose() => _platform.Dispose();

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task A_data_directory_that_became_a_link_is_neither_restored_to_nor_backed_up_I6(BackupFormat format)
    {
        var backup = await SetUpAsync(format);
        Directory.Move(Data, Path.Join(Around, ".old"));
        Plant(Data);
        Assert.Equal("DataDirectoryReplaced", (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(backup))).ErrorId);
        Assert.Equal("DataDirectoryReplaced", (await Assert.ThrowsAsync<BackupException>(() => _platform.BackUpAsync())).ErrorId);
        Assert.DoesNotContain(_platform.StoredFiles(), path => path.Contains("sentinel", StringComparison.Ordinal));
        AssertVictimIsUnchanged();
    }

    [Fact]
    public async Task Another_folder_in_the_place_of_the_data_directory_counts_once_it_is_confirmed()
    {
        var backup = await SetUpAsync(BackupFormat.Tgz);
        Directory.Move(Data, Path.Join(Around, ".old"));
        _platform.Folder.Write("app/v/other", "1");
        Assert.Equal("DataDirectoryReplaced", (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(backup))).ErrorId);
        Assert.Equal("DataDirectoryReplaced", (await Assert.ThrowsAsync<BackupException>(() => _platform.BackUpAsync())).ErrorId);
        var app = _platform.Engine.Apps.Get(TestPlatform.Location);
        _platform.Engine.Apps.Update(app with { AutomaticBackup = false });
        Assert.Equal("DataDirectoryReplaced", (await Assert.ThrowsAsync<BackupException>(() => _platform.BackUpAsync())).ErrorId);
        _platform.Engine.Apps.Update(app, confirmDataDirectory: true);
        await _platform.BackUpAsync();
        await RestoreAsync(backup);
        // What our own restore puts there is known.
        await _platform.BackUpAsync();
        await RestoreAsync(backup);
        Assert.Equal("data", await File.ReadAllTextAsync(Path.Join(Data, "sub/f"), Token));
    }

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task A_private_folder_of_root_that_was_given_the_staging_name_keeps_its_content_I6(BackupFormat format)
    {
        var backup = await SetUpAsync(format);
        var secret = _platform.Folder.Write("app/.cloudbackup-restore-v/keep/f", "root's");
        File.SetUnixFileMode(Staging, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await RestoreAsync(backup);
        Assert.Equal("root's", await File.ReadAllTextAsync(secret, Token));
        Assert.Equal("data", await File.ReadAllTextAsync(Path.Join(Data, "sub/f"), Token));
    }

    [Theory]
    [InlineData(BackupFormat.Tgz, false)]
    [InlineData(BackupFormat.Tgz, true)]
    [InlineData(BackupFormat.Rsync, false)]
    [InlineData(BackupFormat.Rsync, true)]
    public async Task A_staging_name_that_is_taken_is_neither_followed_nor_removed_I6(BackupFormat format, bool isFolder)
    {
        var backup = await SetUpAsync(format);
        if (isFolder)
        {
            Directory.Move(Victim, Staging); // a folder of the superuser's: whoever owns the folder around can rename it, and not empty it
        }
        else
        {
            Plant(Staging);
        }
        await RestoreAsync(backup);
        if (isFolder)
        {
            Directory.Move(Staging, Victim);
        }
        AssertVictimIsUnchanged();
        Assert.Equal("data", await File.ReadAllTextAsync(Path.Join(Data, "sub/f"), Token));
        Assert.Equal(isFolder ? ["v"] : [Path.GetFileName(Staging), "v"], Directory.GetFileSystemEntries(Around).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Stop")]
    [InlineData("Install")]
    [InlineData("Start")]
    public async Task What_is_exchanged_while_a_restore_runs_diverts_nothing_I6(string when)
    {
        // A command is a moment that can be chosen; the app's user may hit any.
        string[] attack = ["sh", "-c", $"[ -L {Data} ] || {{ mv {Data} {Around}/.held-$$; ln -s {Victim} {Data}; chown -h {AppUser} {Data}; exit 1; }}"];
        var commands = when switch
        {
            "Stop" => new AppCommands { Stop = [.. attack[..2], attack[2].Replace("exit 1", "exit 0", StringComparison.Ordinal)] },
            "Install" => new AppCommands { Install = attack },
            _ => new AppCommands { Start = attack },
        };
        var backup = await SetUpAsync(BackupFormat.Tgz, commands);
        await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(backup));
        AssertVictimIsUnchanged();
        await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(backup));
        AssertVictimIsUnchanged();
        Assert.Contains(Directory.GetFiles(Around, "f", SearchOption.AllDirectories), path => File.ReadAllText(path) == "data");
    }

    [Fact]
    public async Task A_clone_that_fails_removes_its_own_folder_only_I6()
    {
        var clone = Path.Join(Around, "clone");
        string[] attack = ["sh", "-c", $"[ $CLOUDBACKUP_LOCATION = {TestPlatform.Location} ] || {{ mv {clone} {clone}.x; ln -s {Victim} {clone}; chown -h {AppUser} {clone}; exit 1; }}"];
        var backup = await SetUpAsync(BackupFormat.Tgz, new AppCommands { Start = attack });
        var options = new AppCopyOptions { Location = "clone.example.com", DataDirectory = clone };
        await Assert.ThrowsAsync<BackupException>(() => _platform.Engine.AppBackups.CloneAsync(backup.Id, options, _platform.Observer, Token));
        AssertVictimIsUnchanged();
        Assert.Single(_platform.Engine.Apps.List());
    }

    [Fact]
    public void Names_that_are_exchanged_between_two_steps_are_noticed()
    {
        using var swap = SwapChoice.Choose(Data, _ => { });
        swap.MakeStaging();
        _platform.Folder.Write(Path.GetRelativePath(_platform.Folder.Path, Path.Join(swap.UnpackPath, "data/f")), "new");
        Assert.True(swap.Prepare());
        Directory.Move(Data, Path.Join(Around, ".old"));
        Plant(Data);
        Assert.Equal("FolderReplaced", Assert.Throws<BackupException>(swap.Commit).ErrorId);
        swap.Undo();
        File.Delete(Data);
        Directory.Move(Path.Join(Around, ".old"), Data);
        // Its own folder has another name, and a link has the name it had.
        Directory.Move(Staging, Path.Join(Around, "moved"));
        Plant(Staging);
        swap.CleanUp();
        Assert.Equal([Path.GetFileName(Staging), "v"], Directory.GetFileSystemEntries(Around).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("data", File.ReadAllText(Path.Join(Data, "sub/f")));
        AssertVictimIsUnchanged();
    }

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task A_destination_behind_a_link_of_another_user_is_refused_I6(BackupFormat format)
    {
        var backup = await SetUpAsync(format);
        var shared = _platform.Folder.Make("shared");
        File.SetUnixFileMode(shared, (UnixFileMode)0x3FF); // 1777
        foreach (var around in (string[])[shared, Around])
        {
            var place = Path.Join(around, "out");
            var empty = _platform.Folder.Make("empty");
            Plant(place, empty);
            Assert.Equal("DestinationUnusable", await FailAsync(backup, place));
            Assert.Equal("DestinationUnusable", await FailAsync(backup, Path.Join(place, "below")));
            Assert.Equal("DestinationUnusable", (await Assert.ThrowsAsync<BackupException>(() => _platform.Engine.AppBackups.RestoreItemsAsync(
                backup.Id, [BackupItemFilter.Named("data/sub/f")], place, false, _ => { }, _platform.Observer, Token))).ErrorId);
            Assert.Empty(Directory.GetFileSystemEntries(empty));
            File.Delete(place);
            // Its staging name is taken.
            Plant(Path.Join(around, DataSwap.StagingName + "-out"));
            await _platform.Engine.AppBackups.RestoreToAsync(backup.Id, place, _platform.Observer, Token);
            Assert.Equal("data", await File.ReadAllTextAsync(Path.Join(place, "data/sub/f"), Token));
            AssertVictimIsUnchanged();
        }
    }

    /// <summary>Deleted and made again: where the app's user cannot have done it, it is the administrator's will, and told once.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_folder_that_only_the_administrator_can_have_replaced_is_accepted(bool byRestore)
    {
        var data = _platform.Folder.Make("safe/data");
        await _platform.SetUpAsync(app => app with { DataDirectory = data });
        var backup = await _platform.BackUpAsync();
        Directory.Move(data, data + ".old");
        _platform.Folder.Write("safe/data/new", "1");
        Task RunAsync() => byRestore ? RestoreAsync(backup) : _platform.BackUpAsync();
        await RunAsync();
        Assert.Single(_platform.Observer.Warnings, warning => warning.Contains("another folder than before", StringComparison.Ordinal));
        _platform.Observer.Warnings.Clear();
        await RunAsync();
        Assert.DoesNotContain(_platform.Observer.Warnings, warning => warning.Contains("another folder", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_data_directory_behind_a_link_of_another_user_is_not_registered_I6()
    {
        await SetUpAsync(BackupFormat.Tgz);
        var link = Path.Join(Around, "data");
        Plant(link);
        Directory.CreateDirectory(Path.Join(Victim, "sub"));
        foreach (var path in (string[])[link, Path.Join(link, "sub")])
        {
            var wanted = new BackupApp { Id = Guid.Empty, Location = "other.example.com", Version = "1", PackageName = "x", DataDirectory = path };
            var failure = Assert.Throws<BackupException>(() => _platform.Engine.Apps.Register(wanted));
            Assert.Equal("DataDirectoryUnusable", failure.ErrorId);
            Assert.Contains("another user can change it", failure.Message, StringComparison.Ordinal);
            var app = _platform.Engine.Apps.Get(TestPlatform.Location);
            Assert.Equal("DataDirectoryUnusable", Assert.Throws<BackupException>(() =>
                _platform.Engine.Apps.Update(app with { DataDirectory = path }, confirmDataDirectory: true)).ErrorId);
        }
        Directory.Delete(Path.Join(Victim, "sub"));
    }

    [Fact]
    public async Task A_link_of_the_administrator_is_followed_as_long_as_it_leads_to_the_same_folder()
    {
        var link = _platform.Folder["link"];
        Directory.CreateSymbolicLink(link, Data);
        await _platform.SetUpAsync(app => app with { DataDirectory = link });
        var backup = await _platform.BackUpAsync();
        File.WriteAllText(Path.Join(Data, "new"), "");
        await RestoreAsync(backup);
        Assert.Equal(["sub"], Directory.GetFileSystemEntries(Data).Select(Path.GetFileName));
        Assert.Equal(Data, new FileInfo(link).LinkTarget);
        await _platform.Engine.AppBackups.RestoreToAsync(backup.Id, Path.Join(link, "inside"), _platform.Observer, Token);
        Assert.True(File.Exists(Path.Join(Data, "inside/data/sub/f")));
        File.Delete(link);
        Directory.CreateSymbolicLink(link, Victim);
        Assert.Equal("DataDirectoryReplaced", (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(backup))).ErrorId);
        AssertVictimIsUnchanged();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_app_of_an_earlier_version_is_known_from_the_next_operation_on(bool isLink)
    {
        var backup = await SetUpAsync(BackupFormat.Tgz);
        _platform.Engine.Dispose();
        using (var database = PlatformDatabase.Open(_platform.Folder["home/platform.db"]))
        {
            var store = new AppStore(database, TimeProvider.System);
            store.Update(store.List().Single() with { DataFolder = null });
        }
        _platform.Reopen();
        if (isLink)
        {
            Directory.Move(Data, Path.Join(Around, ".old"));
            Plant(Data);
            Assert.Equal("DataDirectoryUnusable", (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(backup))).ErrorId);
            Assert.Equal("DataDirectoryUnusable", (await Assert.ThrowsAsync<BackupException>(() => _platform.BackUpAsync())).ErrorId);
        }
        else
        {
            await _platform.BackUpAsync();
            Assert.Equal(Data, _platform.Engine.Apps.Get(TestPlatform.Location).DataFolder?.Path);
            await RestoreAsync(backup);
        }
        AssertVictimIsUnchanged();
    }

    private async Task<AppBackup> SetUpAsync(BackupFormat format, AppCommands? commands = null)
    {
        await _platform.SetUpAsync(app => app with { DataDirectory = Data, Commands = commands ?? new AppCommands() }, site => site with { Format = format });
        return await _platform.BackUpAsync();
    }

    private Task<BackupApp> RestoreAsync(AppBackup backup) => _platform.Engine.AppBackups.RestoreAsync(
        backup.Id, new AppRestoreOptions { SkipSafetyBackup = true }, _platform.Observer, Token);

    private async Task<string> FailAsync(AppBackup backup, string place) => (await Assert.ThrowsAsync<BackupException>(() =>
        _platform.Engine.AppBackups.RestoreToAsync(backup.Id, place, _platform.Observer, Token))).ErrorId;

    private void Plant(string link, string? target = null)
    {
        File.CreateSymbolicLink(link, target ?? Victim);
        Owner.Set(link, AppUser, AppUser);
    }

    private void AssertVictimIsUnchanged()
    {
        Assert.Equal(VictimBefore, Owner.Describe(Victim));
        Assert.Equal("secret", File.ReadAllText(Path.Join(Victim, "sentinel")));
    }
}
