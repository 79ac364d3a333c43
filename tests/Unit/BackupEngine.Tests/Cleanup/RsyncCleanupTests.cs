using CloudBackup.Cleanup;
using CloudBackup.Storage;
using CloudBackup.Swapping;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Cleanup;

/// <summary>Cleanup of backups that are folders.</summary>
public sealed class RsyncCleanupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_backups_go_whole_and_the_others_stay_as_they_are()
    {
        using var timeline = await StartAsync("2 daily");
        SampleTree.MakeSmall(timeline.Platform.Data, new SeededRandom(3), files: 60);
        var made = await timeline.BackUpDailyAsync(4);
        var before = Contents(timeline, made[3]);
        var result = await timeline.CleanAsync();
        Assert.Equal(["Kept", "Kept", "Removed", "Removed"], result.Decisions.Select(decision => decision.Outcome.ToString()));
        Assert.Equal(made.Skip(2).Select(backup => backup.RemotePath), timeline.Stored());
        Assert.Equal(
            made.Skip(2).Select(backup => Path.GetDirectoryName(backup.RemotePath)!).Append("snapshot"),
            Directory.GetDirectories(timeline.Platform.SitePath).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(before, Contents(timeline, made[3]));
        Assert.True((await timeline.Engine.AppBackups.TestAsync(made[3].Id, timeline.Observer, Token)).IsValid);
        Assert.Equal(BackupState.Ready, (await timeline.Platform.BackUpAsync()).State);
    }

    [Fact]
    public async Task The_snapshots_of_the_platform_and_of_registered_apps_are_needed_and_others_are_not()
    {
        using var timeline = await StartAsync("forever");
        await timeline.Platform.BackUpPlatformAsync();
        var app = timeline.Engine.Apps.Get(TestPlatform.Location).Id;
        var snapshots = Directory.GetFileSystemEntries(timeline.Platform.Folder["site/snapshot"]).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(4, snapshots.Count);
        Assert.Empty((await timeline.PlanAsync()).LeftOvers);
        timeline.Engine.Apps.Unregister(TestPlatform.Location, NullObserver.Instance);
        Assert.Equal([$"snapshot/{app}"], (await timeline.PlanAsync()).LeftOvers.Select(item => item.Path));
        await timeline.CleanAsync();
        Assert.Equal(
            snapshots.Where(path => !path.Contains($"{app}", StringComparison.Ordinal)),
            Directory.GetFileSystemEntries(timeline.Platform.Folder["site/snapshot"]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(
            Directory.GetFiles(timeline.Platform.Folder["home/sync/local"]), path => path.Contains($"{app}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_an_interrupted_restore_or_clone_has_fetched_goes_when_nobody_went_on_with_it_for_a_day(bool isClone)
    {
        using var timeline = await StartAsync("forever");
        var backup = await timeline.Platform.BackUpAsync();
        var staging = await InterruptAsync(timeline, backup, isClone);
        timeline.Time.Advance(TimeSpan.FromHours(23));
        Assert.Empty((await timeline.PlanAsync()).LeftOvers);
        timeline.Time.Advance(TimeSpan.FromHours(2));
        var plan = await timeline.PlanAsync();
        Assert.Equal((CleanupLeftOverKind.UnfinishedRestore, staging), plan.LeftOvers.Select(item => (item.Kind, item.Path)).Single());
        await timeline.Engine.Cleanup.ExecuteAsync(plan, _ => false, timeline.Observer, Token);
        Assert.True(Directory.Exists(staging));
        await timeline.CleanAsync();
        Assert.False(Directory.Exists(staging));
        Assert.Empty((await timeline.PlanAsync()).LeftOvers);
        Assert.Equal(AppState.Installed, Assert.Single(timeline.Engine.Apps.List()).State);
    }

    [Fact]
    public async Task What_is_left_where_another_app_is_by_now_goes_unless_that_one_is_being_restored()
    {
        using var timeline = await StartAsync("forever");
        var backup = await timeline.Platform.BackUpAsync();
        var staging = await InterruptAsync(timeline, backup, isClone: true);
        timeline.Engine.Apps.Register(new BackupApp
        {
            Id = Guid.Empty,
            Location = "other.example.com",
            Version = "1",
            DataDirectory = timeline.Platform.Folder.Make("clone"),
        });
        timeline.Time.Advance(TimeSpan.FromHours(25));
        await timeline.CleanAsync();
        Assert.False(Directory.Exists(staging));
        await InterruptAsync(timeline, backup, isClone: false);
        var before = Tree.Describe(timeline.Platform.Data);
        timeline.Time.Advance(TimeSpan.FromHours(25));
        var isDone = false;
        // A restore that goes on with it takes long, and a cleanup comes meanwhile.
        timeline.Faults.Before = (_, call, path) =>
        {
            if (call == "read" && path.EndsWith("/data/file", StringComparison.Ordinal) && !isDone)
            {
                isDone = true;
                timeline.Time.Advance(TimeSpan.FromHours(25));
                timeline.CleanAsync().GetAwaiter().GetResult();
            }
        };
        await timeline.Platform.RestoreAsync(backup.Id);
        Assert.True(isDone);
        Assert.Contains(timeline.Observer.Warnings, warning => warning.Contains("left for the next cleanup", StringComparison.Ordinal));
        Assert.Equal(before, Tree.Describe(timeline.Platform.Data));
        Assert.Empty((await timeline.PlanAsync()).LeftOvers);
    }

    /// <summary>Begins a restore or clone, which the storage ends, and returns the folder with what was fetched.</summary>
    private static async Task<string> InterruptAsync(Timeline timeline, AppBackup backup, bool isClone)
    {
        var options = new AppCopyOptions { Location = "clone.example.com", DataDirectory = timeline.Platform.Folder["clone"] };
        timeline.Faults.Before = (_, call, path) =>
        {
            if (call == "read" && path.EndsWith("/data/file", StringComparison.Ordinal))
            {
                throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
            }
        };
        await Assert.ThrowsAsync<BackupException>(() => isClone
            ? timeline.Engine.AppBackups.CloneAsync(backup.Id, options, timeline.Observer, Token)
            : timeline.Platform.RestoreAsync(backup.Id));
        timeline.Faults.Before = null;
        var staging = timeline.Platform.Folder[$"{DataSwap.StagingName}-{(isClone ? "clone" : "data")}"];
        Assert.True(Directory.Exists(staging));
        return staging;
    }

    private static async Task<Timeline> StartAsync(string policy)
    {
        var timeline = await Timeline.StartAsync(policy);
        var site = timeline.Engine.Sites.Get("local") with { Format = BackupFormat.Rsync };
        await timeline.Engine.Sites.UpdateAsync(site, SiteSecrets.None, timeline.Observer, Token);
        return timeline;
    }

    private static List<string> Contents(Timeline timeline, AppBackup backup)
    {
        var folder = Path.Join(timeline.Platform.SitePath, backup.RemotePath);
        return
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(path => $"{Path.GetRelativePath(folder, path)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))}"),
        ];
    }
}
