using CloudBackup.Platform;
using CloudBackup.Reading;
using CloudBackup.Sites;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Reading;

/// <summary>The way from an id to an open backup.</summary>
public sealed class StoredBackupsTests : IDisposable
{
    private readonly TestPlatform _platform = new();
    private readonly EngineContext _context;
    private readonly StoredBackups _backups;

    public StoredBackupsTests()
    {
        _context = _platform.OpenContext();
        _backups = new StoredBackups(_context, new SiteStorage(_context));
    }

    [Fact]
    public async Task A_backup_is_open_for_as_long_as_it_is_used()
    {
        await _platform.SetUpAsync();
        _platform.Folder.Write("data/f", "content");
        var made = await _platform.BackUpAsync();
        OpenedBackup? used = null;
        var paths = await UseAsync(made.Id, (backup, site) =>
        {
            used = backup;
            Assert.Equal(("local", made.Id), (site.Name, backup.Info.Id));
            return Task.FromResult(backup.ReadEntries().Select(entry => entry.Path).ToList());
        });
        Assert.Contains("data/f", paths);
        Assert.ThrowsAny<IOException>(() => used!.ReadEntries().Count());
    }

    [Fact]
    public async Task It_is_closed_when_its_use_fails()
    {
        await _platform.SetUpAsync();
        var made = await _platform.BackUpAsync();
        OpenedBackup? used = null;
        await Assert.ThrowsAsync<TimeoutException>(() => UseAsync<int>(made.Id, (backup, _) =>
        {
            used = backup;
            throw new TimeoutException();
        }));
        Assert.ThrowsAny<IOException>(() => used!.ReadEntries().Count());
    }

    [Fact]
    public async Task An_id_that_is_no_apps_backup_is_refused()
    {
        await _platform.SetUpAsync();
        await _platform.BackUpAsync();
        var platform = await _platform.BackUpPlatformAsync();
        Assert.All(["unknown", platform.Id], id =>
            Assert.Equal("BackupNotFound", Assert.Throws<BackupException>(() => _backups.Find(id)).ErrorId));
    }

    [Fact]
    public async Task A_backup_without_data_is_refused()
    {
        await _platform.SetUpAsync();
        var made = await _platform.BackUpAsync();
        var record = _backups.Find(made.Id);
        _context.Backups.Save(record with { Backup = record.Backup with { State = BackupState.Failed } });
        var failure = await Assert.ThrowsAsync<BackupException>(() => UseAsync(made.Id, (_, _) => Task.FromResult(0)));
        Assert.Equal("BackupNotRestorable", failure.ErrorId);
    }

    [Fact]
    public async Task A_storage_that_fails_is_named_in_the_users_terms()
    {
        await _platform.SetUpAsync();
        var made = await _platform.BackUpAsync();
        File.Delete(Path.Join(_platform.SitePath, $"{made.RemotePath}.index.gz"));
        var failure = await Assert.ThrowsAsync<BackupException>(() => UseAsync(made.Id, (_, _) => Task.FromResult(0)));
        Assert.Contains("local", failure.Message, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _platform.Dispose();
    }

    private Task<T> UseAsync<T>(string id, Func<OpenedBackup, BackupSite, Task<T>> use) =>
        _backups.UseAsync(_backups.Find(id), _platform.Observer, use, TestContext.Current.CancellationToken);
}
