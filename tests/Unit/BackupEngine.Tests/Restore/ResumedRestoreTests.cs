using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Restore;

/// <summary>A restore of the format rsync to a folder goes on where it was interrupted.</summary>
public sealed class ResumedRestoreTests : IDisposable
{
    private const int Files = 40;

    private readonly TestPlatform _platform;
    private readonly Func<FaultyStorage> _faults;
    private LimitedReads? _reads;

    public ResumedRestoreTests() => _platform = TestPlatform.WithFaults(out _faults);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Staging => _platform.Folder[".cloudbackup-restore-out"];

    public void Dispose() => _platform.Dispose();

    [Fact]
    public async Task What_was_fetched_is_not_fetched_again()
    {
        var backup = await SetUpAsync();
        var left = await InterruptAsync(backup);
        Assert.InRange(left.Count, 1, Files - 1);
        await RestoreAsync(backup);
        Assert.DoesNotContain(_reads!.Paths, path => left.Contains(Path.GetFileName(path)));
        Assert.Equal(Files - left.Count, FilesRead());
        AssertIsRestored();
    }

    [Fact]
    public async Task What_is_not_what_it_should_be_is_fetched_again()
    {
        var backup = await SetUpAsync();
        var left = await InterruptAsync(backup);
        var path = Path.Join(Staging, "data", left[0]);
        var time = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, new string('X', (int)new FileInfo(path).Length));
        File.SetLastWriteTimeUtc(path, time);
        await RestoreAsync(backup);
        Assert.Contains(_reads!.Paths, read => Path.GetFileName(read) == left[0]);
        AssertIsRestored();
    }

    [Fact]
    public async Task What_is_left_of_another_backup_is_of_no_use()
    {
        var other = await SetUpAsync();
        await InterruptAsync(other);
        File.WriteAllText(Path.Join(_platform.Data, "file-0"), "later");
        var backup = await _platform.BackUpAsync();
        await RestoreAsync(backup);
        Assert.Equal(Files, FilesRead());
        AssertIsRestored();
    }

    [Fact]
    public async Task A_restore_that_is_stopped_leaves_nothing()
    {
        var backup = await SetUpAsync();
        using var stop = new CancellationTokenSource();
        _faults().Before = (_, call, path) =>
        {
            if (call == "read" && path.Contains("/data/file-2", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _platform.Engine.AppBackups.RestoreToAsync(backup.Id, _platform.Folder["out"], _platform.Observer, stop.Token));
        Assert.False(Directory.Exists(Staging));
    }

    private async Task<AppBackup> SetUpAsync()
    {
        await _platform.SetUpAsync(site: site => site with { Format = BackupFormat.Rsync });
        for (var i = 0; i < Files; i++)
        {
            File.WriteAllText(Path.Join(_platform.Data, $"file-{i}"), $"content of {i}");
        }
        File.CreateSymbolicLink(Path.Join(_platform.Data, "link"), "file-1");
        return await _platform.BackUpAsync();
    }

    /// <summary>Restores until the storage says no, and returns the files that are left.</summary>
    private async Task<List<string?>> InterruptAsync(AppBackup backup)
    {
        _reads = new LimitedReads(_faults());
        _reads.Allow(Files / 2);
        await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(backup));
        Assert.False(Directory.Exists(_platform.Folder["out"]));
        _reads.AllowAll();
        return [.. Directory.EnumerateFiles(Path.Join(Staging, "data")).Select(Path.GetFileName)];
    }

    private int FilesRead() => _reads!.Paths.Count(path => path.Contains("/data/", StringComparison.Ordinal));

    private Task<DirectoryInfo> RestoreAsync(AppBackup backup) =>
        _platform.Engine.AppBackups.RestoreToAsync(backup.Id, _platform.Folder["out"], _platform.Observer, Token);

    private void AssertIsRestored()
    {
        Assert.Equal(Tree.Describe(_platform.Data), Tree.Describe(_platform.Folder["out/data"]));
        Assert.Equal(["config.json", "data"], Directory.EnumerateFileSystemEntries(_platform.Folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(Staging));
    }
}
