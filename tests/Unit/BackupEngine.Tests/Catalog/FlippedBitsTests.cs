using System.Globalization;
using CloudBackup.Catalog;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Catalog;

/// <summary>A line that flips bits while the catalog is synchronized: what is known stays, and a misread record is never believed.</summary>
public sealed class FlippedBitsTests : IDisposable
{
    private readonly Lies _lies = new();
    private readonly TestPlatform _platform;

    public FlippedBitsTests() => _platform = new TestPlatform(storage => new LyingStorage(storage, _lies));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _platform.Dispose();

    [Theory]
    [InlineData(BackupFormat.Tgz, 100)]
    [InlineData(BackupFormat.Tgz, 30)]
    [InlineData(BackupFormat.Rsync, 100)]
    [InlineData(BackupFormat.Rsync, 30)]
    public async Task Known_records_stay_as_they_are(BackupFormat format, int percent)
    {
        await SetUpAsync(format);
        var made = new List<AppBackup>();
        for (var number = 0; number < 8; number++)
        {
            made.Add(await _platform.BackUpAsync());
            await _platform.Engine.AppBackups.AnnotateAsync(made[^1].Id, b => b with { Label = $"label {number}" }, _platform.Observer, Token);
        }
        var before = Records();
        Flip(percent, seed: 1);
        for (var round = 0; round < 8; round++)
        {
            await _platform.Engine.SyncAsync(null, [], _platform.Observer, Token);
            Assert.Equal(before, Records());
        }
        _lies.Spoils = (_, bytes) => bytes;
        foreach (var backup in made)
        {
            Assert.True((await _platform.Engine.AppBackups.TestAsync(backup.Id, _platform.Observer, Token)).IsValid);
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(30)]
    public async Task A_record_that_is_found_is_the_stored_one_or_none(int percent)
    {
        await SetUpAsync(BackupFormat.Tgz);
        for (var number = 0; number < 8; number++)
        {
            await _platform.BackUpAsync();
        }
        var before = Records();
        foreach (var id in _platform.Engine.AppBackups.List().Select(backup => backup.Id).ToList())
        {
            using var database = PlatformDatabase.Open(_platform.Folder["home/platform.db"]);
            new BackupStore(database).Remove(id);
        }
        Flip(percent, seed: 2);
        await _platform.Engine.SyncAsync(null, [], _platform.Observer, Token);
        Assert.All(Records(), record => Assert.Contains(record, before));
        _lies.Spoils = (_, bytes) => bytes;
        await _platform.Engine.SyncAsync(null, [], _platform.Observer, Token);
        Assert.Equal(before, Records());
    }

    [Fact]
    public async Task A_record_of_this_platform_that_was_replaced_is_not_taken_over()
    {
        await SetUpAsync(BackupFormat.Tgz);
        var backup = await _platform.BackUpAsync();
        await ReplaceAsync(backup, "wiki", "other");
        await _platform.Engine.SyncAsync(null, [], _platform.Observer, Token);
        Assert.Equal("wiki", _platform.Engine.AppBackups.Get(backup.Id).PackageName);
        Assert.Contains(_platform.Observer.Warnings, warning => warning.Contains("it was replaced", StringComparison.Ordinal));
        Assert.False((await _platform.Engine.AppBackups.TestAsync(backup.Id, _platform.Observer, Token)).IsValid);
        await Assert.ThrowsAsync<BackupException>(() => _platform.Engine.AppBackups.RestoreToAsync(backup.Id, _platform.Folder["out"], _platform.Observer, Token));
    }

    [Fact]
    public async Task A_record_that_only_a_sync_found_is_the_new_one_when_it_was_replaced()
    {
        await SetUpAsync(BackupFormat.Tgz);
        var backup = await _platform.BackUpAsync();
        using (var database = PlatformDatabase.Open(_platform.Folder["home/platform.db"]))
        {
            var store = new BackupStore(database);
            var known = store.Find(backup.Id)!;
            store.Save(known with { Backup = known.Backup with { Origin = BackupOrigin.Storage } });
        }
        await ReplaceAsync(backup, "wiki", "other");
        await _platform.Engine.SyncAsync(null, [], _platform.Observer, Token);
        Assert.Equal("other", _platform.Engine.AppBackups.Get(backup.Id).PackageName);
    }

    [Fact]
    public async Task A_note_that_is_missing_ends_no_preservation()
    {
        await SetUpAsync(BackupFormat.Tgz);
        var backup = await _platform.BackUpAsync();
        await _platform.Engine.AppBackups.AnnotateAsync(
            backup.Id, known => known with { Label = "keep", PreserveUntil = DateTimeOffset.MaxValue }, _platform.Observer, Token);
        Directory.Delete(Path.Join(_platform.SitePath, "notes"), recursive: true);
        await _platform.Engine.SyncAsync(null, [], _platform.Observer, Token);
        var known = _platform.Engine.AppBackups.Get(backup.Id);
        Assert.Equal(("keep", (DateTimeOffset?)DateTimeOffset.MaxValue), (known.Label, known.PreserveUntil));
        Assert.Contains(_platform.Observer.Warnings, warning => warning.Contains("note", StringComparison.Ordinal));
    }

    private async Task ReplaceAsync(AppBackup backup, string package, string other)
    {
        var path = Path.Join(_platform.SitePath, backup.RemotePath + ".backupinfo");
        var text = await File.ReadAllTextAsync(path, Token);
        Assert.Contains($"\"packageName\": \"{package}\"", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            path, text.Replace($"\"packageName\": \"{package}\"", $"\"packageName\": \"{other}\"", StringComparison.Ordinal), Token);
    }

    private async Task SetUpAsync(BackupFormat format)
    {
        await _platform.SetUpAsync(site: site => site with { Format = format });
        _platform.Folder.Write("data/file", "content");
    }

    private List<string> Records() => [.. _platform.Engine.AppBackups.List().Select(Describe).Order(StringComparer.Ordinal)];

    private static string Describe(AppBackup backup) => string.Create(
        CultureInfo.InvariantCulture,
        $"{backup.Id} {backup.State} {backup.Label} {backup.PackageName} {backup.Created:O} {backup.Size} {backup.RemotePath}");

    /// <summary>Flips one bit in some of the records and notes that are read; of those that are read again, another one.</summary>
    private void Flip(int percent, int seed)
    {
        var random = new SeededRandom(seed);
        _lies.Spoils = (path, bytes) =>
        {
            var isRecord = path.EndsWith(".backupinfo", StringComparison.Ordinal) || path.EndsWith(".json", StringComparison.Ordinal);
            if (isRecord && bytes.Length > 0 && random.Next(100) < percent)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }
            return bytes;
        };
    }
}
