using CloudBackup.Catalog;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Restore;

/// <summary>A restore died while old and new data changed places, and the disk is not mounted when the next command runs.</summary>
public sealed class HiddenSwapTests : IDisposable
{
    private readonly TestPlatform _platform = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Disk => _platform.Folder["disk"];

    private string Away => _platform.Folder["disk.away"];

    public void Dispose() => _platform.Dispose();

    [Theory]
    [InlineData("swapping", true, true)]
    [InlineData("swapping", false, true)]
    [InlineData("swapping", true, false)]
    [InlineData("swapping", false, false)]
    [InlineData("kept", true, true)]
    public async Task The_old_data_comes_back_once_the_disk_is_mounted_again_I6(string how, bool isWholeFolder, bool isDone)
    {
        var data = await SetUpAsync(isWholeFolder);
        var old = Contents(data);
        Die(data, isWholeFolder, RestorePhase.Swapping, isDone, how == "kept");
        Unmount();
        foreach (var operation in Operations())
        {
            var failure = await Assert.ThrowsAsync<BackupException>(operation);
            Assert.Equal("InterruptedRestoreHidden", failure.ErrorId);
            Assert.Contains(data, failure.Message, StringComparison.Ordinal);
        }
        Mount();
        await _platform.BackUpAsync();
        Assert.Equal(old, Contents(data));
        AssertNoStaging();
    }

    [Theory]
    [InlineData(nameof(RestorePhase.Starting), true)]
    [InlineData(nameof(RestorePhase.Starting), false)]
    [InlineData(nameof(RestorePhase.CleaningUp), true)]
    [InlineData(nameof(RestorePhase.Unpacking), true)]
    public async Task What_is_left_is_removed_once_the_disk_is_mounted_again(string phaseName, bool isWholeFolder)
    {
        var phase = Enum.Parse<RestorePhase>(phaseName);
        var data = await SetUpAsync(isWholeFolder);
        Die(data, isWholeFolder, phase, isDone: phase != RestorePhase.Unpacking);
        Unmount();
        await Assert.ThrowsAsync<BackupException>(() => _platform.BackUpAsync());
        Mount();
        await _platform.BackUpAsync();
        Assert.Equal([phase == RestorePhase.Unpacking ? "f=old" : "f=new"], Contents(data));
        AssertNoStaging();
    }

    [Fact]
    public async Task Old_data_that_is_in_place_settles_without_the_staging_folder()
    {
        var data = await SetUpAsync(isWholeFolder: true);
        Die(data, isWholeFolder: true, RestorePhase.Swapping, isDone: false);
        Directory.Delete(Path.Join(Disk, $"{DataSwap.StagingName}-app"), recursive: true);
        await _platform.BackUpAsync();
        Assert.Equal(["f=old"], Contents(data));
    }

    [Fact]
    public async Task A_folder_with_another_inode_is_reported_as_what_it_is_and_left_alone()
    {
        var data = await SetUpAsync(isWholeFolder: true);
        Die(data, isWholeFolder: true, RestorePhase.Swapping, isDone: true);
        // As a file system does that gives out new inodes when it is mounted.
        var staging = Path.Join(Disk, $"{DataSwap.StagingName}-app");
        Directory.CreateDirectory(staging + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var path in Directory.EnumerateFileSystemEntries(staging))
        {
            Directory.Move(path, Path.Join(staging + ".new", Path.GetFileName(path)));
        }
        Directory.Move(staging, staging + ".moved");
        Directory.Delete(staging + ".moved");
        Directory.Move(staging + ".new", staging);
        var failure = await Assert.ThrowsAsync<BackupException>(() => _platform.BackUpAsync());
        Assert.Equal("InterruptedRestoreUncertain", failure.ErrorId);
        Assert.Contains(staging, failure.Message, StringComparison.Ordinal);
        var old = Directory.Exists(Path.Join(staging, "old")) ? Path.Join(staging, "old") : Path.Join(staging, "new/data");
        Assert.Equal("old", await File.ReadAllTextAsync(Path.Join(old, "f"), Token));
        // The way out that the error names.
        Directory.Delete(data, recursive: true);
        Directory.Move(old, data);
        _platform.Engine.Apps.Update(_platform.Engine.Apps.Get(TestPlatform.Location), confirmDataDirectory: true);
        await _platform.BackUpAsync();
        Assert.Equal(["f=old"], Contents(data));
    }

    [Fact]
    public async Task A_disk_that_is_lost_is_given_up_by_confirming_the_data_directory()
    {
        var data = await SetUpAsync(isWholeFolder: false);
        Die(data, isWholeFolder: false, RestorePhase.Swapping, isDone: true);
        Unmount();
        await Assert.ThrowsAsync<BackupException>(() => _platform.BackUpAsync());
        _platform.Engine.Apps.Update(_platform.Engine.Apps.Get(TestPlatform.Location), confirmDataDirectory: true);
        await _platform.BackUpAsync();
        Assert.Equal(AppState.Installed, _platform.Engine.Apps.Get(TestPlatform.Location).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Confirming_the_data_directory_keeps_the_old_data_of_a_restore_that_died_I6(bool isWholeFolder)
    {
        var data = await SetUpAsync(isWholeFolder);
        var old = Contents(data);
        Die(data, isWholeFolder, RestorePhase.Swapping, isDone: true);
        _platform.Engine.Apps.Update(_platform.Engine.Apps.Get(TestPlatform.Location), confirmDataDirectory: true);
        await _platform.BackUpAsync();
        Assert.Equal(old, Contents(data));
        AssertNoStaging();
    }

    [Theory]
    [InlineData("old/f", true)]
    [InlineData("rejected/f", true)]
    [InlineData("old-identity", true)]
    [InlineData("old/f", false)]
    [InlineData("new-data-is-coming-in/f", false)]
    public async Task A_folder_of_an_unknown_restore_that_may_hold_old_data_stays_I6(string name, bool isWholeFolder)
    {
        var data = await SetUpAsync(isWholeFolder);
        var backup = await _platform.BackUpAsync();
        var stray = Path.Join(Disk, isWholeFolder ? $"{DataSwap.StagingName}-app" : DataSwap.StagingName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(stray)!);
        await File.WriteAllTextAsync(stray, "the only copy", Token);
        if (isWholeFolder)
        {
            await _platform.RestoreAsync(backup.Id);
        }
        else
        {
            using var swap = SwapChoice.Reopen(data, isWholeFolder: false, keptPath: null, new StagingRecord(DataSwap.StagingName, null, null));
            swap.MakeStaging();
            swap.CleanUp();
        }
        Assert.Equal("the only copy", await File.ReadAllTextAsync(stray, Token));
    }

    private IEnumerable<Func<Task>> Operations()
    {
        var id = Assert.Single(_platform.Engine.AppBackups.List()).Id;
        yield return () => _platform.BackUpAsync();
        yield return () => _platform.RestoreAsync(id);
        yield return () => Task.Run(() => _platform.Engine.Apps.Unregister(TestPlatform.Location, _platform.Observer), Token);
    }

    /// <summary>An app on a disk: in a folder there, or the mount point itself.</summary>
    private async Task<string> SetUpAsync(bool isWholeFolder)
    {
        var data = isWholeFolder ? Path.Join(Disk, "app") : Disk;
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(Path.Join(data, "f"), "old", Token);
        await _platform.SetUpAsync(app => app with { DataDirectory = data });
        await _platform.BackUpAsync();
        return data;
    }

    /// <summary>What a process leaves that is killed in a phase.</summary>
    private void Die(string data, bool isWholeFolder, RestorePhase phase, bool isDone, bool isKept = false)
    {
        _platform.Engine.Dispose();
        using (var database = PlatformDatabase.Open(_platform.Folder["home/platform.db"]))
        {
            var apps = new AppStore(database, TimeProvider.System);
            var app = apps.Find(TestPlatform.Location)!;
            using var swap = SwapChoice.Reopen(data, isWholeFolder, isKept ? data + ".kept" : null);
            swap.MakeStaging();
            Directory.CreateDirectory(Path.Join(swap.UnpackPath, "data"));
            File.WriteAllText(Path.Join(swap.UnpackPath, "data/f"), "new");
            Assert.True(swap.Prepare());
            new RestoreJournal(database).Save(new RestoreJournalEntry
            {
                AppId = app.Id,
                BackupId = "some backup",
                DataDirectory = data,
                IsWholeFolder = isWholeFolder,
                KeptPath = swap.KeptPath,
                Staging = swap.StagingId,
                Version = app.Version,
                Phase = phase,
            });
            if (isDone)
            {
                swap.Commit();
            }
            var isAccepted = phase == RestorePhase.CleaningUp;
            apps.Update(app with
            {
                State = isAccepted ? AppState.Installed : AppState.Restoring,
                DataFolder = isAccepted ? app.DataFolder! with { Inode = swap.NewInode } : app.DataFolder,
            });
        }
        _platform.Reopen();
    }

    /// <summary>Where the disk is mounted, there is an empty folder now.</summary>
    private void Unmount()
    {
        Directory.Move(Disk, Away);
        Directory.CreateDirectory(Disk);
    }

    private void Mount()
    {
        Directory.Delete(Disk);
        Directory.Move(Away, Disk);
    }

    private void AssertNoStaging() => Assert.DoesNotContain(
        Directory.EnumerateFileSystemEntries(Disk, "*", SearchOption.AllDirectories), path => path.Contains(DataSwap.StagingName, StringComparison.Ordinal));

    private static List<string> Contents(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(path => !path.Contains(DataSwap.StagingName, StringComparison.Ordinal))
            .Select(path => $"{Path.GetRelativePath(folder, path)}={File.ReadAllText(path)}"),
    ];
}
