using CloudBackup.Apps;
using CloudBackup.Catalog;
using CloudBackup.Infrastructure;
using CloudBackup.Platform;
using CloudBackup.Swapping;
using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Swapping;

/// <summary>The way into a backup, a restore, an update or an installation: the lock, what was interrupted, and the app as it is then.</summary>
public sealed class LockedAppTests : IDisposable
{
    private readonly TestPlatform _platform = new();
    private readonly EngineContext _context;

    public LockedAppTests() => _context = _platform.OpenContext();

    [Fact]
    public async Task One_operation_at_a_time_holds_an_app()
    {
        await _platform.SetUpAsync();
        var app = _platform.Engine.Apps.Get(TestPlatform.Location);
        using (Enter(app))
        {
            Assert.Contains("a test", Refused(() => Enter(app), "AppBusy").Message, StringComparison.Ordinal);
            Assert.Null(LockedApp.TryEnter(_context, app, "another", _platform.Observer));
            Assert.Equal("AppBusy", (await Assert.ThrowsAsync<BackupException>(() => _platform.BackUpAsync())).ErrorId);
        }
        using var second = LockedApp.TryEnter(_context, app, "another", _platform.Observer);
        Assert.Equivalent(app, second!.App, strict: true);
    }

    [Fact]
    public async Task What_is_interrupted_is_settled_and_the_app_is_read_again_under_the_lock()
    {
        await _platform.SetUpAsync();
        var before = _platform.Engine.Apps.Get(TestPlatform.Location);
        _context.Apps.Update(before.BeginUpdate() with { Version = "1.3.0" }); // what an update that dies leaves
        using var locked = Enter(before);
        Assert.Equal(("1.3.0", AppCondition.Failed), (locked.App.Version, locked.App.Condition()));
        Assert.Equivalent(_platform.Engine.Apps.Get(TestPlatform.Location), locked.App, strict: true);
        Assert.Contains(_platform.Observer.Warnings, warning => warning == locked.App.LastError);
    }

    [Fact]
    public async Task An_app_that_is_gone_meanwhile_gives_its_lock_back()
    {
        await _platform.SetUpAsync();
        var app = _platform.Engine.Apps.Get(TestPlatform.Location);
        _platform.Engine.Apps.Unregister(TestPlatform.Location, _platform.Observer);
        Refused(() => Enter(app), "AppNotFound");
        Assert.True(_context.Apps.Add(app));
        Enter(app).Dispose();
    }

    [Fact]
    public async Task What_cannot_be_settled_gives_the_lock_back()
    {
        await _platform.SetUpAsync();
        var app = _platform.Engine.Apps.Get(TestPlatform.Location);
        Directory.Delete(_platform.Data, recursive: true);
        using (var locked = Enter(app))
        {
            Refused(() => locked.SettleFolder(_platform.Observer), "DataDirectoryUnusable");
        }
        Directory.CreateDirectory(_platform.Data);
        Enter(app).Dispose();
    }

    [Fact]
    public async Task An_app_that_is_installed_is_registered_under_its_lock()
    {
        await _platform.SetUpAsync();
        var app = new BackupApp { Id = _context.Random.NextGuid(), Location = "new.example.com", Version = "1", DataDirectory = _platform.Folder["new"] }
            .BeginInstallation("backup");
        using (LockedApp.Register(_context, app, "installation"))
        {
            Assert.Equivalent(app, _context.Apps.Find(app.Id), strict: true);
            Refused(() => LockedApp.Register(_context, app, "installation"), "AppBusy");
        }
        LockedApp.Register(_context, app, "installation").Dispose(); // one that was interrupted is there already
        Refused(() => LockedApp.Register(_context, app with { Id = _context.Random.NextGuid() }, "installation"), "AppExists");
        var other = app with { Id = _context.Random.NextGuid(), Location = "other.example.com" };
        _context.Apps.Add(other.Finish("1"));
        Refused(() => LockedApp.Register(_context, other, "installation"), "AppExists");
        Enter(other).Dispose(); // its lock is free
    }

    [Fact]
    public async Task An_app_that_cannot_be_registered_gives_its_lock_back()
    {
        await _platform.SetUpAsync();
        _context.Database.Execute("ALTER TABLE app RENAME TO unknown");
        var app = new BackupApp { Id = _context.Random.NextGuid(), Location = "new.example.com", Version = "1", DataDirectory = _platform.Folder["new"] };
        Assert.Throws<SqliteException>(() => LockedApp.Register(_context, app.BeginInstallation("backup"), "installation"));
        using var appLock = AppLock.TryTake(_context, app.Id, "another", out _);
        Assert.NotNull(appLock);
    }

    [Fact]
    public async Task Settling_goes_by_the_data_directory_that_is_registered_by_now()
    {
        await _platform.SetUpAsync();
        var app = new BackupApp { Id = _context.Random.NextGuid(), Location = "new.example.com", Version = "1", DataDirectory = _platform.Folder["new"] }
            .BeginInstallation("backup");
        using var locked = LockedApp.Register(_context, app, "installation");
        var folder = AppFolder.Make(app);
        _context.Apps.Update(app with { DataFolder = folder });
        _context.RestoreJournal.Save(new RestoreJournalEntry
        {
            AppId = app.Id,
            BackupId = "backup",
            DataDirectory = folder.Path,
            IsWholeFolder = true,
            Staging = new StagingRecord(DataSwap.StagingName, Inode: 1, NewInode: null), // no longer there
            Version = "1",
            Phase = RestorePhase.Swapping,
        });
        locked.Settle(_platform.Observer);
        Assert.Equal(folder, locked.App.DataFolder);
        Assert.Null(_context.RestoreJournal.Find(app.Id));
    }

    [Fact]
    public async Task An_app_without_its_data_needs_no_folder_until_it_has_some()
    {
        await _platform.SetUpAsync();
        var app = _platform.Engine.Apps.Get(TestPlatform.Location).MoveHere("backup", "its data is still to come");
        _context.Apps.Update(app);
        Directory.Delete(_platform.Data, recursive: true);
        using var locked = Enter(app);
        locked.SettleFolder(_platform.Observer);
        Assert.Null(locked.App.DataFolder);
        Directory.CreateDirectory(_platform.Data);
        locked.SettleFolder(_platform.Observer);
        Assert.Equal(_platform.Data, locked.App.DataFolder!.Path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _platform.Dispose();
    }

    private static BackupException Refused(Func<object> enter, string id) => Check(Assert.Throws<BackupException>(enter), id);

    private static void Refused(Action settle, string id) => Check(Assert.Throws<BackupException>(settle), id);

    private static BackupException Check(BackupException failure, string id)
    {
        Assert.Equal(id, failure.ErrorId);
        return failure;
    }

    private LockedApp Enter(BackupApp app) => LockedApp.Enter(_context, app, "a test", _platform.Observer);
}
