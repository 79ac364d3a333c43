using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Restore;

/// <summary>Restores in place are undone by the backup that is made before them.</summary>
public sealed class SafetyBackupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_present_state_is_backed_up_before_an_older_one_comes_back()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/f", "one");
        var oldest = await platform.BackUpAsync();
        platform.Folder.Write("data/f", "two");
        await platform.BackUpAsync();
        platform.Folder.Write("data/f", "three");
        platform.Engine.Apps.Update(platform.Engine.Apps.Get(TestPlatform.Location) with { Version = "3.0.0" });
        await RestoreAsync(platform, oldest.Id);
        Assert.Equal("one", await File.ReadAllTextAsync(platform.Folder["data/f"], Token));
        var safety = platform.Engine.AppBackups.List()[0];
        Assert.Equal((BackupState.Ready, "before restore", "3.0.0"), (safety.State, safety.Label, safety.Version));
        Assert.InRange(safety.PreserveUntil!.Value - safety.Created, TimeSpan.FromDays(20.99), TimeSpan.FromDays(21.01));
        var app = await platform.RestoreAsync(safety.Id);
        Assert.Equal(("3.0.0", "three"), (app.Version, await File.ReadAllTextAsync(platform.Folder["data/f"], Token)));
        Assert.Equal(3, platform.Engine.AppBackups.List().Count); // none was made for that
    }

    [Fact]
    public async Task When_it_cannot_be_made_nothing_is_restored()
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        var log = platform.Folder["log"];
        await platform.SetUpAsync(app => app with { Commands = new AppCommands { Stop = ["/bin/sh", "-c", $"echo stopped >> {log}"] } });
        platform.Folder.Write("data/f", "one");
        var backup = await platform.BackUpAsync();
        platform.Folder.Write("data/f", "two");
        faults().Before = (_, call, path) =>
        {
            if (call == "write")
            {
                throw FaultyStorage.Error(StorageErrorKind.OutOfSpace, path);
            }
        };
        var failure = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(platform, backup.Id));
        Assert.Equal(("SafetyBackupFailed", BackupErrorCategory.OutOfSpace), (failure.ErrorId, failure.Category));
        Assert.Contains("-SkipSafetyBackup", failure.Message, StringComparison.Ordinal);
        Assert.Equal("two", await File.ReadAllTextAsync(platform.Folder["data/f"], Token));
        Assert.False(File.Exists(log));
        Assert.Equal(AppState.Installed, platform.Engine.Apps.Get(TestPlatform.Location).State);
        await platform.RestoreAsync(backup.Id);
        Assert.Equal("one", await File.ReadAllTextAsync(platform.Folder["data/f"], Token));
    }

    [Fact]
    public async Task A_backup_that_cannot_be_opened_is_told_before_one_is_made()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/f", "one");
        var backup = await platform.BackUpAsync();
        File.Delete(Path.Join(platform.SitePath, backup.RemotePath + ".index.gz"));
        Assert.Equal("StorageNotFound", (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(platform, backup.Id))).ErrorId);
        Assert.Single(platform.Engine.AppBackups.List());
    }

    private static Task<BackupApp> RestoreAsync(TestPlatform platform, string id) =>
        platform.Engine.AppBackups.RestoreAsync(id, new AppRestoreOptions(), platform.Observer, Token);
}
