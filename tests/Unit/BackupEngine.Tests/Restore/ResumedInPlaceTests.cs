using CloudBackup.Catalog;
using CloudBackup.FileTree;
using CloudBackup.Swapping;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Restore;

/// <summary>A restore in place of the format rsync goes on where the fetching was interrupted, whatever the app is restored by.</summary>
public sealed class ResumedInPlaceTests : IDisposable
{
    /// <summary>Files of the backup: those of the data, the configuration, and <c>fsmetadata.json</c>.</summary>
    private const int Files = 43;

    private readonly TestPlatform _platform;
    private readonly Func<FaultyStorage> _faults;
    private LimitedReads? _reads;

    public ResumedInPlaceTests() => _platform = TestPlatform.WithFaults(out _faults);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Staging => _platform.Folder[$"{DataSwap.StagingName}-data"];

    private LimitedReads Reads => _reads ??= new LimitedReads(_faults());

    private BackupApp App => _platform.Engine.Apps.Get(TestPlatform.Location);

    public void Dispose() => _platform.Dispose();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task What_was_fetched_is_not_fetched_again_and_the_old_data_stays_until_then_I6(bool encrypted, bool isStopped)
    {
        var (backup, backedUp) = await SetUpAsync(encrypted);
        var present = Tree.Describe(_platform.Data);
        await InterruptAsync(token => _platform.RestoreAsync(backup.Id, token), isStopped);
        Assert.Equal(present, Tree.Describe(_platform.Data));
        Assert.Equal((AppState.Installed, (string?)null), (App.State, App.LastError));
        Assert.Contains(_platform.Observer.Warnings, warning => warning.Contains(Staging, StringComparison.Ordinal));
        var left = FilesLeft().Count;
        Assert.InRange(left, 1, Files - 1);
        await _platform.RestoreAsync(backup.Id);
        Assert.Equal(Files - left, Reads.Paths.Count);
        Assert.Equal(backedUp, Tree.Describe(_platform.Data));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_backup_in_between_settles_the_app_and_knows_nothing_of_what_was_fetched()
    {
        var (backup, backedUp) = await SetUpAsync();
        await InterruptAsync(token => _platform.RestoreAsync(backup.Id, token));
        var left = FilesLeft().Count;
        // What a killed restore leaves differs in this only.
        _platform.Engine.Dispose();
        using (var database = PlatformDatabase.Open(_platform.Folder["home/platform.db"]))
        {
            var apps = new AppStore(database, TimeProvider.System);
            apps.Update(apps.Find(TestPlatform.Location)! with { State = AppState.Restoring });
        }
        _platform.Reopen();
        var present = Tree.Describe(_platform.Data);
        var between = await _platform.BackUpAsync();
        Assert.Equal(AppState.Installed, App.State);
        Reads.AllowAll();
        await _platform.RestoreAsync(backup.Id);
        Assert.Equal(Files - left, Reads.Paths.Count);
        Assert.Equal(backedUp, Tree.Describe(_platform.Data));
        await _platform.RestoreAsync(between.Id);
        Assert.Equal(present, Tree.Describe(_platform.Data));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task What_is_not_what_it_should_be_is_fetched_again()
    {
        var (backup, backedUp) = await SetUpAsync();
        await InterruptAsync(token => _platform.RestoreAsync(backup.Id, token));
        var left = FilesLeft();
        var (changed, cut) = (left.First(path => path.Contains("file-", StringComparison.Ordinal)), left.Last(path => path.Contains("file-", StringComparison.Ordinal)));
        var time = File.GetLastWriteTimeUtc(changed);
        File.WriteAllText(changed, new string('X', (int)new FileInfo(changed).Length));
        File.SetLastWriteTimeUtc(changed, time);
        File.WriteAllText(cut, "");
        await _platform.RestoreAsync(backup.Id);
        Assert.Equal(Files - left.Count + 2, Reads.Paths.Count);
        Assert.Equal(backedUp, Tree.Describe(_platform.Data));
    }

    [Fact]
    public async Task What_is_left_of_another_backup_is_of_no_use_and_goes()
    {
        var (other, _) = await SetUpAsync();
        var backup = await _platform.BackUpAsync();
        var backedUp = Tree.Describe(_platform.Data);
        await InterruptAsync(token => _platform.RestoreAsync(other.Id, token));
        File.WriteAllText(Path.Join(Staging, "new/data/only-in-the-other"), "x");
        await _platform.RestoreAsync(backup.Id);
        Assert.Equal(Files, Reads.Paths.Count);
        Assert.Equal(backedUp, Tree.Describe(_platform.Data));
        AssertNothingIsLeft();
        // And it is not gone back to.
        Reads.AllowAll();
        await _platform.RestoreAsync(other.Id);
        Assert.Equal(Files, Reads.Paths.Count);
    }

    [Fact]
    public async Task What_a_link_or_somebody_else_put_in_its_place_is_not_gone_on_with()
    {
        var (backup, backedUp) = await SetUpAsync();
        await InterruptAsync(token => _platform.RestoreAsync(backup.Id, token));
        var elsewhere = _platform.Folder["elsewhere"];
        Directory.Move(Staging, elsewhere);
        File.CreateSymbolicLink(Staging, elsewhere);
        await _platform.RestoreAsync(backup.Id);
        Assert.Equal(Files, Reads.Paths.Count);
        Assert.Equal(backedUp, Tree.Describe(_platform.Data));
        Assert.NotEmpty(Directory.GetFiles(elsewhere, "*", SearchOption.AllDirectories));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Damage_leaves_nothing_that_could_be_believed_next_time()
    {
        var (backup, backedUp) = await SetUpAsync();
        var path = Path.Join(_platform.SitePath, backup.RemotePath, "data/file-7");
        var right = await File.ReadAllBytesAsync(path, Token);
        await InterruptAsync(token => _platform.RestoreAsync(backup.Id, token));
        Directory.GetFiles(Staging, "file-7", SearchOption.AllDirectories).ToList().ForEach(File.Delete);
        File.WriteAllText(path, new string('X', right.Length));
        Assert.Equal("BackupDamaged", (await Assert.ThrowsAsync<BackupException>(() => _platform.RestoreAsync(backup.Id))).ErrorId);
        AssertNothingIsLeft();
        await File.WriteAllBytesAsync(path, right, Token);
        Reads.AllowAll();
        await _platform.RestoreAsync(backup.Id);
        Assert.Equal(Files, Reads.Paths.Count);
        Assert.Equal(backedUp, Tree.Describe(_platform.Data));
    }

    [Fact]
    public async Task An_archive_is_not_kept_since_it_is_read_from_the_start_again()
    {
        await _platform.SetUpAsync();
        Fill();
        var backup = await _platform.BackUpAsync();
        _faults().Before = (_, call, path) =>
            FaultyStorage.FailIf(call == "read" && path.EndsWith(".tar.gz", StringComparison.Ordinal));
        await Assert.ThrowsAsync<BackupException>(() => _platform.RestoreAsync(backup.Id));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Commands_that_fail_after_a_resumed_fetching_bring_the_old_data_back_and_leave_nothing_I6()
    {
        var (backup, _) = await SetUpAsync();
        _platform.Engine.Apps.Update(App with { Commands = new AppCommands { Install = ["sh", "-c", $"[ ! -e {_platform.Folder["fail"]} ]"] } });
        var present = Tree.Describe(_platform.Data);
        await InterruptAsync(token => _platform.RestoreAsync(backup.Id, token));
        _platform.Folder.Write("fail", "");
        var failure = await Assert.ThrowsAsync<BackupException>(() => _platform.RestoreAsync(backup.Id));
        Assert.Equal("RestoreRolledBack", failure.ErrorId);
        Assert.Equal(present, Tree.Describe(_platform.Data));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Unregistering_the_app_removes_what_was_fetched()
    {
        var (backup, _) = await SetUpAsync();
        await InterruptAsync(token => _platform.RestoreAsync(backup.Id, token));
        _platform.Engine.Apps.Unregister(TestPlatform.Location, _platform.Observer);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task An_app_whose_data_directory_has_moved_leaves_nothing_at_the_old_place()
    {
        var (backup, backedUp) = await SetUpAsync();
        await InterruptAsync(token => _platform.RestoreAsync(backup.Id, token));
        _platform.Engine.Apps.Update(App with { DataDirectory = _platform.Folder.Make("moved") });
        await _platform.RestoreAsync(backup.Id);
        Assert.Equal(Files, Reads.Paths.Count);
        Assert.Equal(backedUp, Tree.Describe(_platform.Folder["moved"]));
        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_clone_that_was_interrupted_is_not_there_and_goes_on_when_it_is_tried_again(bool isStopped)
    {
        var (backup, backedUp) = await SetUpAsync();
        await InterruptAsync(token => CloneAsync(backup, token), isStopped);
        Assert.Single(_platform.Engine.Apps.List());
        Assert.False(Directory.Exists(_platform.Folder["staging"]));
        var left = FilesLeft(".cloudbackup-restore-staging").Count;
        Assert.InRange(left, 1, Files - 1);
        var clone = await CloneAsync(backup);
        Assert.Equal(Files - left, Reads.Paths.Count);
        Assert.Equal((AppState.Installed, (string?)null), (clone.State, clone.UnfinishedRestore));
        Assert.Equal(backedUp, Tree.Describe(_platform.Folder["staging"]));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_clone_of_another_backup_to_the_same_folder_starts_anew()
    {
        var (other, _) = await SetUpAsync();
        var backup = await _platform.BackUpAsync();
        await InterruptAsync(token => CloneAsync(other, token));
        await CloneAsync(backup);
        Assert.Equal(Files, Reads.Paths.Count);
        Assert.Equal(Tree.Describe(_platform.Data), Tree.Describe(_platform.Folder["staging"]));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_restore_to_the_folder_that_a_clone_was_to_have_starts_anew_and_so_does_the_clone_after_it()
    {
        var (backup, backedUp) = await SetUpAsync();
        var staging = _platform.Folder["staging"];
        await InterruptAsync(token => CloneAsync(backup, token));
        await InterruptAsync(token => _platform.Engine.AppBackups.RestoreToAsync(backup.Id, staging, _platform.Observer, token));
        await _platform.Engine.AppBackups.RestoreToAsync(backup.Id, staging, _platform.Observer, Token);
        Assert.Equal(["config.json", "data"], Directory.EnumerateFileSystemEntries(staging).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Directory.Delete(staging, recursive: true);
        await InterruptAsync(token => _platform.Engine.AppBackups.RestoreToAsync(backup.Id, staging, _platform.Observer, token));
        await CloneAsync(backup);
        Assert.Equal(Files, Reads.Paths.Count);
        Assert.Equal(backedUp, Tree.Describe(staging));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task An_import_from_a_site_goes_on_too()
    {
        var (backup, backedUp) = await SetUpAsync();
        _platform.Engine.Apps.Unregister(TestPlatform.Location, _platform.Observer);
        var options = new AppImportOptions { RemotePath = backup.RemotePath, Register = true, DataDirectory = _platform.Folder["again"] };
        Task<BackupApp> ImportAsync(AppImportOptions import) => _platform.Engine.AppBackups.ImportAsync(import, _platform.Observer, Token);
        await InterruptAsync(_ => ImportAsync(options));
        var left = FilesLeft(".cloudbackup-restore-again").Count;
        await ImportAsync(options);
        Assert.Equal(Files - left, Reads.Paths.Count);
        Assert.Equal(backedUp, Tree.Describe(_platform.Folder["again"]));
        // And into an app that is there.
        options = new AppImportOptions { RemotePath = backup.RemotePath, SkipSafetyBackup = true };
        await InterruptAsync(_ => ImportAsync(options));
        left = FilesLeft(".cloudbackup-restore-again").Count;
        await ImportAsync(options);
        Assert.Equal(Files - left, Reads.Paths.Count);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_restore_of_the_platform_goes_on_too()
    {
        var (_, _) = await SetUpAsync();
        await _platform.BackUpPlatformAsync();
        var backup = _platform.Engine.AppBackups.List()[0];
        FaultyStorage? faulty = null;
        using var machine = new NewMachine(_platform, storage => faulty = new FaultyStorage(storage) { Before = faulty?.Before });
        await machine.PreviewAsync();
        _reads = new LimitedReads(faulty!);
        // The configuration of the platform is no folder's; all that is counted is the app's.
        _reads.Allow(Files / 2);
        var result = await machine.RestoreAsync();
        Assert.Equal((false, AppState.Error), (result.IsComplete, machine.Engine.Apps.Get(TestPlatform.Location).State));
        _reads.AllowAll();
        var left = FilesLeft().Count;
        Assert.InRange(left, 1, Files - 1);
        await machine.Engine.AppBackups.RestoreAsync(backup.Id, new AppRestoreOptions(), machine.Observer, Token);
        Assert.Equal(Files - left, _reads.Paths.Count);
        machine.AssertAllIsBack();
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_platform_that_is_replaced_leaves_nothing_that_its_successor_does_not_know_of()
    {
        var (backup, _) = await SetUpAsync();
        await _platform.BackUpPlatformAsync();
        _platform.Engine.Sites.Export(null, null, _platform.Folder["site.json"], mayReplace: false);
        await InterruptAsync(token => CloneAsync(backup, token));
        Assert.NotEmpty(FilesLeft(".cloudbackup-restore-staging"));
        var options = new PlatformRestoreOptions
        {
            ConfigFile = _platform.Folder["site.json"],
            Secrets = SiteSecrets.None,
            ReplacePlatform = true,
            SetContentAside = true,
            AllowCommand = true,
        };
        using var plan = await _platform.Engine.PlatformRestore.PlanAsync(options, _platform.Observer, Token);
        Assert.True((await _platform.Engine.PlatformRestore.RunAsync(plan, _platform.Observer, Token)).IsComplete);
        AssertNothingIsLeft();
    }

    /// <summary>An app with links of both kinds, its backup, what was in it then; then the data is changed.</summary>
    private async Task<(AppBackup Backup, List<string> Content)> SetUpAsync(bool encrypted = false)
    {
        await _platform.SetUpAsync(
            site: site => site with { Format = BackupFormat.Rsync }, secrets: encrypted ? Secret.Password("correct horse") : SiteSecrets.None);
        Fill();
        var backup = await _platform.BackUpAsync();
        var content = Tree.Describe(_platform.Data);
        _platform.Folder.Write("data/file-1", "present");
        File.Delete(_platform.Folder["data/file-2"]);
        _platform.Folder.Write("data/new", "present");
        return (backup, content);
    }

    private void Fill()
    {
        for (var i = 0; i < Files - 3; i++)
        {
            _platform.Folder.Write($"data/file-{i}", $"content of {i}");
        }
        _platform.Folder.Write("data/closed/secret", "secret");
        File.CreateSymbolicLink(_platform.Folder["data/link"], "file-1");
        using (var data = LocalFileSystem.Open(_platform.Data))
        {
            data.MakeHardLink("zz-second-name", data, "file-3");
        }
        File.SetUnixFileMode(_platform.Folder["data/closed"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>Runs until half of the files were fetched; from then on the storage is back.</summary>
    private async Task InterruptAsync(Func<CancellationToken, Task> run, bool isStopped = false)
    {
        Reads.Allow(Files / 2);
        using var stop = new CancellationTokenSource();
        if (isStopped)
        {
            Reads.BreakOff = _ => stop.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run(stop.Token));
        }
        else
        {
            await Assert.ThrowsAsync<BackupException>(() => run(stop.Token));
        }
        Reads.AllowAll();
    }

    /// <summary>The files that are whole.</summary>
    private List<string> FilesLeft(string? staging = null) =>
    [
        .. Directory.EnumerateFiles(Path.Join(staging is null ? Staging : _platform.Folder[staging], "new"), "*", SearchOption.AllDirectories)
            .Where(path => new FileInfo(path) is { Length: > 0, LinkTarget: null }).Order(StringComparer.Ordinal),
    ];

    private Task<BackupApp> CloneAsync(AppBackup backup, CancellationToken? token = null) => _platform.Engine.AppBackups.CloneAsync(
        backup.Id, new AppCopyOptions { Location = "staging.example.com", DataDirectory = _platform.Folder["staging"] }, _platform.Observer, token ?? Token);

    private void AssertNothingIsLeft()
    {
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(_platform.Folder.Path), path => path.Contains(DataSwap.StagingName, StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Join(_platform.Data, DataSwap.StagingName)));
    }
}
