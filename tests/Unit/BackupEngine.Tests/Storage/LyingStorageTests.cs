using CloudBackup.Cleanup;
using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Storage;

/// <summary>Storages whose answers are not true: nothing is claimed that is not there, and nothing is given up that is.</summary>
public sealed class LyingStorageTests : IDisposable
{
    private readonly Lies _lies = new();
    private readonly TestPlatform _platform;

    public LyingStorageTests() => _platform = new TestPlatform(storage => new LyingStorage(storage, _lies));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _platform.Dispose();

    [Theory]
    [InlineData(BackupFormat.Tgz, ".tar.gz")]
    [InlineData(BackupFormat.Tgz, ".index.gz")]
    [InlineData(BackupFormat.Tgz, ".backupinfo")]
    [InlineData(BackupFormat.Rsync, ".index.gz")]
    [InlineData(BackupFormat.Rsync, ".backupinfo")]
    [InlineData(BackupFormat.Rsync, "file")]
    public async Task A_backup_whose_object_was_confirmed_and_not_stored_is_not_Ready_I1(BackupFormat format, string ending)
    {
        await SetUpAsync(format);
        _lies.Swallows = path => path.EndsWith(ending, StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<BackupException>(() => _platform.BackUpAsync());
        Assert.Equal("StorageCorrupt", failure.ErrorId);
        var record = Assert.Single(_platform.Engine.AppBackups.List());
        Assert.Equal(BackupState.Failed, record.State);
        Assert.DoesNotContain(_platform.StoredFiles(), path => path.StartsWith(record.RemotePath, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(".tar.gz")]
    [InlineData(".backupinfo")]
    public async Task A_platform_backup_that_was_not_stored_is_not_Ready_I1(string ending)
    {
        await SetUpAsync(BackupFormat.Tgz);
        await _platform.BackUpAsync();
        _lies.Swallows = path => path.EndsWith(ending, StringComparison.Ordinal) && path.Contains("/box_", StringComparison.Ordinal);
        await Assert.ThrowsAsync<BackupException>(() => _platform.BackUpPlatformAsync());
        Assert.DoesNotContain(_platform.Engine.PlatformBackups.List(), backup => backup.State == BackupState.Ready);
    }

    [Theory]
    [InlineData(BackupFormat.Tgz, 1)]
    [InlineData(BackupFormat.Tgz, 2)]
    [InlineData(BackupFormat.Rsync, 1)]
    [InlineData(BackupFormat.Rsync, 3)]
    public async Task A_listing_that_is_cut_drops_no_record(BackupFormat format, int most)
    {
        await SetUpAsync(format);
        var made = new List<AppBackup>();
        for (var i = 0; i < 5; i++)
        {
            made.Add(await _platform.BackUpAsync());
        }
        _lies.MostListed = most;
        // Of what is listed at all, one is a backup: else nothing would be dropped anyway.
        _lies.Hides = path => path == "snapshot" || path == Path.GetDirectoryName(made[1].RemotePath);
        var found = await _platform.Engine.SyncAsync("local", [], _platform.Observer, Token);
        Assert.Equal(made.Select(backup => backup.Id).Order(), _platform.Engine.AppBackups.List().Select(backup => backup.Id).Order());
        Assert.All(_platform.Engine.AppBackups.List(), backup => Assert.Equal(BackupState.Ready, backup.State));
    }

    [Fact]
    public async Task A_backup_that_only_a_listing_lacks_is_found_by_name_and_told()
    {
        await SetUpAsync(BackupFormat.Rsync);
        var (first, second) = (await _platform.BackUpAsync(), await _platform.BackUpAsync());
        _lies.Hides = path => path.StartsWith(Path.GetDirectoryName(first.RemotePath)!, StringComparison.Ordinal);
        var found = await _platform.Engine.SyncAsync("local", [], _platform.Observer, Token);
        Assert.Equal([second.Id, first.Id], found.Select(backup => backup.Id));
        Assert.Contains(_platform.Observer.Warnings, warning => warning.Contains("do not show 1 backups", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task A_removal_goes_on_until_nothing_is_left_however_little_a_listing_shows(BackupFormat format)
    {
        await SetUpAsync(format);
        var backup = await _platform.BackUpAsync();
        _lies.MostListed = 2;
        await _platform.Engine.AppBackups.RemoveAsync(backup.Id, _platform.Observer, Token);
        Assert.Empty(_platform.Engine.AppBackups.List());
        Assert.DoesNotContain(_platform.StoredFiles(), path => path.StartsWith(backup.RemotePath, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Objects_behind_many_that_a_listing_shows_although_they_are_gone_are_removed_too()
    {
        await using var storage = new MemoryStorage();
        foreach (var name in Enumerable.Range(0, 25_000).Select(number => $"a/{number:D5}"))
        {
            await storage.WriteAsync(name, ObjectContent.FromBytes(new byte[1]), WriteMode.CreateNew, Token);
        }
        var stale = await storage.ListAsync("a", recursive: true, Token).Select(item => item.Path).Take(10_000).ToListAsync(Token);
        var failures = await ObjectRemoval.RemoveRestAsync(
            storage, () => stale.ToAsyncEnumerable().Concat(storage.ListAsync("a", recursive: true, Token).Select(item => item.Path)), Token);
        Assert.Empty(failures);
        Assert.Empty(storage.Objects);
    }

    [Theory]
    [InlineData(BackupFormat.Tgz, ".tar.gz")]
    [InlineData(BackupFormat.Tgz, ".index.gz")]
    [InlineData(BackupFormat.Tgz, ".backupinfo")]
    [InlineData(BackupFormat.Rsync, "/data/file")]
    [InlineData(BackupFormat.Rsync, ".backupinfo")]
    public async Task A_removal_that_was_confirmed_and_not_done_keeps_the_record_I4(BackupFormat format, string ending)
    {
        await SetUpAsync(format);
        var backup = await _platform.BackUpAsync();
        _lies.Keeps = path => path.EndsWith(ending, StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<BackupException>(() => _platform.Engine.AppBackups.RemoveAsync(backup.Id, _platform.Observer, Token));
        Assert.Contains("still has it", failure.Message, StringComparison.Ordinal);
        Assert.Equal(BackupState.Removing, Assert.Single(_platform.Engine.AppBackups.List()).State);
        _lies.Keeps = _ => false;
        await _platform.Engine.AppBackups.RemoveAsync(backup.Id, _platform.Observer, Token);
        Assert.Empty(_platform.Engine.AppBackups.List());
    }

    [Fact]
    public async Task A_removal_does_not_believe_a_listing_that_shows_nothing()
    {
        await SetUpAsync(BackupFormat.Rsync);
        var backup = await _platform.BackUpAsync();
        _lies.Hides = path => path.StartsWith(backup.RemotePath + "/", StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<BackupException>(() => _platform.Engine.AppBackups.RemoveAsync(backup.Id, _platform.Observer, Token));
        Assert.Contains("still has it", failure.Message, StringComparison.Ordinal);
        Assert.Equal(BackupState.Removing, Assert.Single(_platform.Engine.AppBackups.List()).State);
        _lies.Hides = _ => false;
        await _platform.Engine.AppBackups.RemoveAsync(backup.Id, _platform.Observer, Token);
        Assert.Empty(_platform.Engine.AppBackups.List());
    }

    [Theory]
    [InlineData(nameof(StorageErrorKind.Unreadable), nameof(BackupState.Removing))]
    [InlineData(nameof(StorageErrorKind.Transient), nameof(BackupState.Removing))]
    [InlineData(nameof(StorageErrorKind.AccessDenied), nameof(BackupState.Ready))]
    public async Task A_removal_whose_outcome_nobody_knows_leaves_no_backup_that_claims_to_be_Ready(string kind, string state)
    {
        var fails = false;
        using var platform = new TestPlatform(storage => new FaultyStorage(storage)
        {
            PacesItself = true, // it has tried again, and the removal may be done
            Before = (_, call, path) =>
            {
                if (fails && call == "remove" && path.EndsWith(".backupinfo", StringComparison.Ordinal))
                {
                    throw FaultyStorage.Error(Enum.Parse<StorageErrorKind>(kind), path).OfOneRequest();
                }
            },
        });
        await platform.SetUpAsync();
        var backup = await platform.BackUpAsync();
        fails = true;
        await Assert.ThrowsAsync<BackupException>(() => platform.Engine.AppBackups.RemoveAsync(backup.Id, platform.Observer, Token));
        Assert.Equal(state, $"{Assert.Single(platform.Engine.AppBackups.List()).State}");
    }

    [Fact]
    public async Task A_cleanup_says_Removed_only_of_what_is_gone()
    {
        await SetUpAsync(BackupFormat.Tgz, "1 last");
        var first = await _platform.BackUpAsync();
        await _platform.BackUpAsync();
        _lies.Keeps = path => path.EndsWith(".tar.gz", StringComparison.Ordinal);
        var result = await CleanAsync();
        Assert.Equal(CleanupOutcome.Failed, result.Decisions.Single(decision => decision.Id == first.Id).Outcome);
        Assert.Contains(_platform.Engine.AppBackups.List(), backup => backup.Id == first.Id);
    }

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task A_cleanup_does_not_count_a_backup_as_torn_or_gone_that_only_a_listing_lacks(BackupFormat format)
    {
        await SetUpAsync(format, "1 last");
        var first = await _platform.BackUpAsync();
        var second = await _platform.BackUpAsync();
        _lies.Hides = path => path.StartsWith(Path.GetDirectoryName(second.RemotePath)!, StringComparison.Ordinal);
        var result = await CleanAsync();
        Assert.Equal(second.Id, Assert.Single(_platform.Engine.AppBackups.List()).Id);
        Assert.Equal(CleanupOutcome.Removed, result.Decisions.Single(decision => decision.Id == first.Id).Outcome);
    }

    private async Task<CleanupResult> CleanAsync()
    {
        var plan = await _platform.Engine.Cleanup.PlanAsync(null, _platform.Observer, Token);
        return await _platform.Engine.Cleanup.ExecuteAsync(plan, _ => true, _platform.Observer, Token);
    }

    private async Task SetUpAsync(BackupFormat format, string policy = "forever")
    {
        await _platform.SetUpAsync(site: site => site with { Format = format, Retention = RetentionPolicy.Parse(policy) });
        for (var i = 0; i < 7; i++)
        {
            _platform.Folder.Write($"data/{i}", $"content {i}");
        }
        _platform.Folder.Write("data/file", "content");
    }
}
