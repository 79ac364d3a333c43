using System.Text.Json.Nodes;
using CloudBackup.Layout;
using CloudBackup.Tests.Cleanup;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Trust;

/// <summary>What a storage does not show, and what anyone can write to it, costs neither keys nor notes, and holds no good backup back.</summary>
public sealed class AbsenceTests
{
    private static readonly DateTimeOffset Late = new(9990, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cleanup")]
    [InlineData("sync")]
    public async Task A_backup_that_the_storage_does_not_show_for_a_while_loses_neither_key_nor_note(string command)
    {
        using var timeline = await Timeline.StartAsync("forever", secrets: Secret.Password("correct horse"));
        var platform = timeline.Platform;
        var old = await timeline.BackUpDailyAsync(2);
        await platform.Engine.AppBackups.AnnotateAsync(
            old[0].Id, backup => backup with { Label = "keep", PreserveUntil = Late }, platform.Observer, Token);
        await platform.Engine.Sites.UpdateAsync(platform.Engine.Sites.Get("local"), Secret.Password("another one"), platform.Observer, Token);
        await timeline.BackUpDailyAsync(2);
        var (keys, marks) = (KeyFiles(platform), Marks(platform));
        Assert.Equal(2, keys.Length);
        var folder = Path.GetDirectoryName(Path.Join(platform.SitePath, old[0].RemotePath))!;
        Directory.Move(folder, platform.Folder["away"]);
        if (command == "sync")
        {
            await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        }
        else
        {
            var result = await timeline.CleanAsync();
            Assert.Equal("gone Dropped", result.Decisions.Where(decision => decision.Id == old[0].Id).Select(decision => $"{decision.Reason} {decision.Outcome}").Single());
        }
        Assert.DoesNotContain(old[0].Id, timeline.Known());
        Assert.Contains(platform.Observer.Warnings, text => text.Contains(old[0].Id, StringComparison.Ordinal) && text.Contains("preserved until", StringComparison.Ordinal));
        // The last backup of the key that the catalog knows goes by a removal: the one that is not shown still needs the key.
        await platform.Engine.AppBackups.RemoveAsync(old[1].Id, platform.Observer, Token);
        await timeline.CleanAsync();
        Assert.Equal(keys, KeyFiles(platform));
        Assert.Equal(marks, Marks(platform));
        Directory.Move(platform.Folder["away"], folder);
        platform.Reopen();
        await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        var back = platform.Engine.AppBackups.List().Single(backup => backup.Id == old[0].Id);
        Assert.Equal(("keep", (DateTimeOffset?)Late), (back.Label, back.PreserveUntil));
        Assert.True((await platform.Engine.AppBackups.TestAsync(back.Id, platform.Observer, Token)).IsValid);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_platform_backup_that_anyone_can_have_written_holds_no_trusted_backup_back(int hours)
    {
        using var timeline = await Timeline.StartAsync("1 last");
        var made = await timeline.BackUpDailyAsync(3);
        Forge(timeline, made, hours);
        await timeline.Engine.SyncAsync(null, [], timeline.Observer, Token);
        Assert.Single(timeline.Engine.PlatformBackups.List());
        await timeline.CleanAsync();
        Assert.Equal([made[2].Id], timeline.Known());
        await timeline.Engine.AppBackups.RemoveAsync(made[2].Id, timeline.Observer, Token);
        Assert.Empty(timeline.Known());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_plain_note_that_anyone_can_have_written_preserves_no_own_backup_without_a_warning(bool isSiteEncrypted)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var backup = await platform.BackUpAsync();
        var note = Path.Join(platform.SitePath, BackupPaths.Of(backup).Note);
        await platform.Engine.AppBackups.AnnotateAsync(backup.Id, known => known with { PreserveUntil = Late }, platform.Observer, Token);
        var forged = await File.ReadAllBytesAsync(note, Token);
        await platform.Engine.AppBackups.AnnotateAsync(backup.Id, known => known with { PreserveUntil = null }, platform.Observer, Token);
        await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        if (isSiteEncrypted)
        {
            await platform.Engine.Sites.UpdateAsync(platform.Engine.Sites.Get("local"), Secret.Password("correct horse"), platform.Observer, Token);
        }
        Assert.DoesNotContain(platform.Observer.Warnings, IsAboutNote);
        Directory.CreateDirectory(Path.GetDirectoryName(note)!);
        await File.WriteAllBytesAsync(note, forged, Token);
        await platform.Engine.SyncAsync(null, [], platform.Observer, Token);
        Assert.Single(platform.Observer.Warnings, IsAboutNote);
        var known = Assert.Single(platform.Engine.AppBackups.List());
        Assert.Equal((true, isSiteEncrypted ? null : (DateTimeOffset?)Late), (known.Trusted, known.PreserveUntil));

        bool IsAboutNote(string text) => text.Contains($"note of {backup.Id}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3 last")]
    [InlineData("3 daily")]
    public async Task Backups_that_a_restored_catalog_knew_come_before_those_that_are_found_later(string policy)
    {
        using var timeline = await Timeline.StartAsync(policy);
        var made = await timeline.BackUpDailyAsync(4);
        timeline.WithCatalog(store => store.Distrust());
        await timeline.Engine.SyncAsync(null, [], timeline.Observer, Token);
        Assert.All(timeline.Engine.AppBackups.List(), backup => Assert.False(backup.Trusted));
        var forger = new RecordForger(timeline.Platform);
        for (var day = 0; day < 5; day++)
        {
            forger.Run(Attack.Tgz, timeline.Time.GetUtcNow(), made[0]);
            timeline.Time.Advance(TimeSpan.FromDays(1));
        }
        var own = await timeline.Platform.BackUpAsync();
        await timeline.Engine.SyncAsync(null, [], timeline.Observer, Token);
        await timeline.Engine.SyncAsync(null, [], timeline.Observer, Token);
        Assert.Equal(10, timeline.Known().Count);
        await timeline.CleanAsync(isClockRight: true);
        // As many of the others stay beside them, which may be backups that the restored catalog was too old to know.
        Assert.Equal([own.Id, made[3].Id, made[2].Id], timeline.Known().Where(id => id == own.Id || made.Exists(backup => backup.Id == id)));
        Assert.Equal(5, timeline.Known().Count);
    }

    [Fact]
    public async Task Two_backups_with_one_id_that_anyone_can_have_written_both_stay_and_none_is_called_the_copy()
    {
        using var timeline = await Timeline.StartAsync("forever");
        var made = await timeline.BackUpDailyAsync(1);
        var copy = new RecordForger(timeline.Platform).Run(Attack.Copy, timeline.Time.GetUtcNow().AddHours(1), made[0]);
        File.SetLastWriteTimeUtc(Path.Join(timeline.Platform.SitePath, copy + BackupNames.InfoExtension), new DateTime(1971, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        using var other = timeline.Platform.Open("other");
        var observer = new TestObserver();
        await other.Sites.AddAsync(timeline.Engine.Sites.Get("local"), SiteSecrets.None, observer, Token);
        Assert.Single(await other.SyncAsync(null, [], observer, Token));
        var warning = Assert.Single(observer.Warnings, text => text.Contains("passed over", StringComparison.Ordinal));
        Assert.All([made[0].RemotePath, copy], path => Assert.Contains(path, warning, StringComparison.Ordinal));
        Assert.Contains("Find out which one is the copy before you remove one", warning, StringComparison.Ordinal);
        Assert.Equal(2, timeline.Stored().Count);
    }

    /// <summary>A plain record of a platform backup that names all backups as what it depends on.</summary>
    private static void Forge(Timeline timeline, List<AppBackup> named, int hours)
    {
        var path = new RecordForger(timeline.Platform).Run(Attack.Box, timeline.Time.GetUtcNow().AddHours(hours), named[0]);
        var file = Path.Join(timeline.Platform.SitePath, path + BackupNames.InfoExtension);
        var record = JsonNode.Parse(File.ReadAllText(file))!;
        record["dependsOn"] = new JsonArray([.. named.Select(backup => (JsonNode)backup.Id)]);
        File.WriteAllText(file, record.ToJsonString());
    }

    private static string[] KeyFiles(TestPlatform platform) => [.. Directory.GetFiles(platform.Folder["home/secrets"]).Order(StringComparer.Ordinal)];

    private static List<string> Marks(TestPlatform platform) => [.. platform.StoredFiles()
        .Where(path => path.StartsWith("keys/", StringComparison.Ordinal) || path.StartsWith("notes/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
