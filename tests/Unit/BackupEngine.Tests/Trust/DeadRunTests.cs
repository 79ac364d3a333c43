using CloudBackup.Storage;
using CloudBackup.Tests.Cleanup;
using CloudBackup.Tests.Fakes;

namespace CloudBackup.Tests.Trust;

/// <summary>A run died after it stored its record: the backup is this platform's own when it is settled, unless its record was changed meanwhile.</summary>
public sealed class DeadRunTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(BackupFormat.Tgz, "backup", "")]
    [InlineData(BackupFormat.Rsync, "backup", "")]
    [InlineData(BackupFormat.Tgz, "cleanup", "")]
    [InlineData(BackupFormat.Tgz, "sync", "")]
    [InlineData(BackupFormat.Tgz, "backup", "changed")]
    [InlineData(BackupFormat.Tgz, "cleanup", "changed")]
    [InlineData(BackupFormat.Tgz, "sync", "changed")]
    [InlineData(BackupFormat.Tgz, "backup", "other size")]
    [InlineData(BackupFormat.Tgz, "cleanup", "other size")]
    public async Task An_app_backup_that_is_settled_is_trusted_when_its_record_is_the_one_of_the_run(BackupFormat format, string way, string attack)
    {
        using var timeline = await Timeline.StartAsync("forever");
        await timeline.Engine.Sites.UpdateAsync(timeline.Engine.Sites.Get("local") with { Format = format }, SiteSecrets.None, timeline.Observer, Token);
        await DieAfterRecordAsync(timeline, "app_", () => timeline.Platform.BackUpAsync());
        var dead = Assert.Single(timeline.Engine.AppBackups.List());
        Assert.Equal(BackupState.Creating, dead.State);
        Change(timeline, dead, attack);
        timeline.Time.Advance(TimeSpan.FromHours(1));
        await SettleAsync(timeline, way);
        Assert.Equal(attack.Length == 0, timeline.Engine.AppBackups.Get(dead.Id) is { Trusted: true, State: BackupState.Ready });
    }

    [Theory]
    [InlineData("")]
    [InlineData("changed")]
    public async Task A_platform_backup_that_is_settled_is_trusted_when_its_record_is_the_one_of_the_run(string attack)
    {
        using var timeline = await Timeline.StartAsync("forever");
        await DieAfterRecordAsync(timeline, "box_", () => timeline.Platform.BackUpPlatformAsync());
        var dead = Assert.Single(timeline.Engine.PlatformBackups.List(), backup => backup.State == BackupState.Creating);
        Change(timeline, dead, attack);
        timeline.Time.Advance(TimeSpan.FromHours(1));
        await timeline.Platform.BackUpPlatformAsync();
        Assert.Equal(attack.Length == 0, timeline.Engine.PlatformBackups.List().Single(backup => backup.Id == dead.Id) is { Trusted: true, State: BackupState.Ready });
    }

    private static Task SettleAsync(Timeline timeline, string way) => way switch
    {
        "backup" => timeline.Platform.BackUpAsync(),
        "cleanup" => timeline.CleanAsync(),
        _ => timeline.Engine.SyncAsync(null, [], timeline.Observer, Token),
    };

    private static async Task DieAfterRecordAsync(Timeline timeline, string kind, Func<Task> run)
    {
        var isDown = false;
        timeline.Faults.After = (_, path) => Throw(isDown |= path.EndsWith(".backupinfo", StringComparison.Ordinal) && path.Contains(kind, StringComparison.Ordinal), path);
        timeline.Faults.Before = (_, _, path) => Throw(isDown, path);
        await Assert.ThrowsAnyAsync<Exception>(run);
        (timeline.Faults.After, timeline.Faults.Before) = (null, null);
    }

    private static void Throw(bool isDown, string path)
    {
        if (isDown)
        {
            throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
        }
    }

    private static void Change(Timeline timeline, SiteBackup dead, string attack)
    {
        var path = timeline.Platform.Folder[$"site/{dead.RemotePath}.backupinfo"];
        var text = File.ReadAllText(path);
        File.WriteAllText(path, attack switch
        {
            "changed" => text.Replace("\"state\": \"ready\"", "\"state\": \"partial\"", StringComparison.OrdinalIgnoreCase),
            "other size" => text.Replace("\"fileCount\": ", "\"fileCount\": 1", StringComparison.Ordinal),
            _ => text,
        });
        Assert.Equal(attack.Length == 0, text == File.ReadAllText(path));
    }
}
