using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Catalog;

/// <summary>A disk that is not mounted, or another bucket, with backups of its own: the records of the others stay.</summary>
public sealed class OtherDiskTests : IDisposable
{
    private readonly MemoryStorage[] _buckets = [new(), new()];
    private readonly TestPlatform _platform;
    private readonly HashSet<string>[] _backups = [[], []];
    private readonly HashSet<string> _removed = [];
    private readonly Dictionary<string, int> _places = [];
    private bool _isBucket;
    private int _present;

    public OtherDiskTests()
    {
        _platform = new TestPlatform(storage => _isBucket ? _buckets[_present] : storage);
        File.WriteAllText(Path.Join(_platform.Data, "file"), "content");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _platform.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backup_on_the_mount_point_costs_no_other_backup_its_record(bool isBucket)
    {
        await SetUpAsync(isBucket);
        var before = new[] { (await BackUpAsync()).Id, (await BackUpAsync()).Id };
        Switch();
        _platform.Observer.Warnings.Clear();
        var stray = await BackUpAsync();
        Assert.Contains(_platform.Observer.Warnings, text => text.Contains("none of the 2 backups", StringComparison.Ordinal) && text.Contains("mounted", StringComparison.Ordinal));
        _platform.Observer.Warnings.Clear();
        await _platform.Engine.SyncAsync(null, [], _platform.Observer, Token);
        Assert.Contains(_platform.Observer.Warnings, text => text.Contains("Remove-AppBackup", StringComparison.Ordinal) && text.Contains(before[1], StringComparison.Ordinal));
        var plan = await _platform.Engine.Cleanup.PlanAsync(null, _platform.Observer, Token);
        Assert.Equal(["elsewhere", "elsewhere"], before.Select(id => plan.Decisions.Single(decision => decision.Id == id).Reason));
        await CleanAsync();
        Assert.Equal([stray.Id, before[1], before[0]], Known());
        Switch();
        await _platform.Engine.SyncAsync(null, [], _platform.Observer, Token);
        Assert.Equal([stray.Id, before[1], before[0]], Known());
        await BackUpAsync();
        Assert.Equal(4, Known().Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disks_that_take_turns_are_cleaned_up_each_by_the_policy(bool isBucket)
    {
        await SetUpAsync(isBucket);
        await _platform.Engine.Sites.UpdateAsync(
            _platform.Engine.Sites.Get("local") with { Retention = RetentionPolicy.Parse("2 last") }, SiteSecrets.None, _platform.Observer, Token);
        for (var turn = 0; turn < 4; turn++)
        {
            await BackUpAsync();
            await BackUpAsync();
            var newest = (await BackUpAsync()).Id;
            await CleanAsync();
            var present = Known().Where(id => _places[id] == _present).ToList();
            Assert.Equal((2, newest), (present.Count, present[0]));
            Assert.Equal(turn == 0 ? 0 : 2, Known().Count(id => _places[id] != _present));
            Switch();
        }
    }

    [Fact]
    public async Task A_site_that_was_emptied_on_purpose_is_in_order_once_its_records_are_removed()
    {
        await SetUpAsync(isBucket: false);
        var before = new[] { await BackUpAsync(), await BackUpAsync() };
        Switch();
        var first = await BackUpAsync();
        var second = await BackUpAsync();
        foreach (var backup in before)
        {
            await _platform.Engine.AppBackups.RemoveAsync(backup.Id, _platform.Observer, Token);
        }
        await CleanAsync();
        Remove(first.Id);
        await _platform.Engine.SyncAsync(null, [], _platform.Observer, Token);
        Assert.Equal([second.Id], Known());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Backups_of_another_platform_alone_drop_no_record(bool isBucket)
    {
        await SetUpAsync(isBucket);
        var before = await BackUpAsync();
        Switch();
        using (var other = _platform.Open("other"))
        {
            await other.Sites.AddAsync(_platform.Engine.Sites.Get("local"), SiteSecrets.None, _platform.Observer, Token);
            other.Apps.Register(new BackupApp { Id = Guid.Empty, Location = "shop", Version = "1", DataDirectory = _platform.Data });
            await other.AppBackups.CreateAsync("shop", new AppBackupOptions(), _platform.Observer, Token);
        }
        for (var i = 0; i < 2; i++)
        {
            await _platform.Engine.SyncAsync(null, [], _platform.Observer, Token);
            Assert.Equal(2, Known().Count);
            Assert.Contains(before.Id, Known());
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    [InlineData(7, true)]
    [InlineData(8, true)]
    public async Task Only_backups_that_their_own_disk_no_longer_shows_lose_their_records(int seed, bool isBucket)
    {
        await SetUpAsync(isBucket);
        var random = new SeededRandom(seed);
        for (var step = 0; step < 30; step++)
        {
            var bytes = new byte[2];
            random.Fill(bytes);
            switch (bytes[0] % 6)
            {
                case 0 or 1:
                    await BackUpAsync();
                    break;
                case 2:
                    Switch();
                    break;
                case 3 when _backups[_present].Count > 1:
                    Remove(_backups[_present].Order(StringComparer.Ordinal).ElementAt(bytes[1] % _backups[_present].Count));
                    break;
                case 4:
                    await _platform.Engine.SyncAsync(null, [], _platform.Observer, Token);
                    if (_backups[_present].Count > 0)
                    {
                        Assert.DoesNotContain(Known(), id => _removed.Contains(id) && _places[id] == _present);
                    }
                    break;
                default:
                    await TryCleanAsync();
                    break;
            }
            Assert.Equal([], _backups[0].Concat(_backups[1]).Except(Known()));
        }
    }

    private async Task SetUpAsync(bool isBucket)
    {
        _isBucket = isBucket;
        await _platform.SetUpAsync();
    }

    private async Task<AppBackup> BackUpAsync()
    {
        var backup = await _platform.BackUpAsync();
        _backups[_present].Add(backup.Id);
        _places[backup.Id] = _present;
        return backup;
    }

    private void Switch()
    {
        _present = 1 - _present;
        if (!_isBucket)
        {
            var (away, back) = (_platform.Folder[$"disk-{1 - _present}"], _platform.Folder[$"disk-{_present}"]);
            Directory.Move(_platform.SitePath, away);
            Directory.CreateDirectory(back);
            Directory.Move(back, _platform.SitePath);
        }
    }

    /// <summary>Somebody else removes a backup from the disk.</summary>
    private void Remove(string id)
    {
        var folder = _platform.Engine.AppBackups.Get(id).RemotePath.Split('/')[0];
        if (_isBucket)
        {
            foreach (var path in _buckets[_present].Objects.Keys.Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal)))
            {
                _buckets[_present].RemoveAsync(path, Token);
            }
        }
        else
        {
            Directory.Delete(Path.Join(_platform.SitePath, folder), recursive: true);
        }
        _backups[_present].Remove(id);
        _removed.Add(id);
    }

    private List<string> Known() => [.. _platform.Engine.AppBackups.List().Select(backup => backup.Id)];

    private async Task CleanAsync()
    {
        var plan = await _platform.Engine.Cleanup.PlanAsync(null, _platform.Observer, Token);
        await _platform.Engine.Cleanup.ExecuteAsync(plan, _ => true, _platform.Observer, Token);
    }

    private async Task TryCleanAsync()
    {
        try
        {
            await CleanAsync();
        }
        catch (BackupException failure) when (failure.ErrorId == "StorageLooksEmpty")
        {
            // Nothing was changed.
        }
    }
}
