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

    private static async Task<Timeline> StartAsync(string policy)
    {
        var timeline = await Timeline.StartAsync(policy);
        var site = timeline.Engine.Sites.Get("local") with { Format = BackupFormat.Rsync };
        await timeline.Engine.Sites.UpdateAsync(site, CloudBackup.Sites.SiteSecrets.None, timeline.Observer, Token);
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
