using CloudBackup.Catalog;
using CloudBackup.Platform;
using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Cleanup;

/// <summary>Storages that do not hold what the catalog thinks, clocks that jump, and other machines.</summary>
public sealed class CleanupStorageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_record_whose_data_is_gone_is_dropped_and_reported()
    {
        using var timeline = await Timeline.StartAsync("within 1 hour");
        var made = await timeline.BackUpDailyAsync(3);
        Directory.Delete(Path.Join(timeline.Platform.SitePath, Path.GetDirectoryName(made[2].RemotePath)!), recursive: true);
        var result = await timeline.CleanAsync();
        // The gone one does not count as the latest.
        Assert.Equal(["gone Dropped", "latest Kept", "outside-policy Removed"], result.Decisions.Select(decision => $"{decision.Reason} {decision.Outcome}"));
        Assert.Contains(timeline.Observer.Warnings, warning => warning.Contains($"{made[2].Id} is gone from the site local", StringComparison.Ordinal));
        Assert.Equal([made[1].Id], timeline.Known());
    }

    [Fact]
    public async Task Folders_without_objects_and_old_trials_of_the_site_go_and_young_or_foreign_ones_stay()
    {
        using var timeline = await Timeline.StartAsync("forever");
        await timeline.BackUpDailyAsync(2);
        var before = timeline.Platform.StoredFiles();
        string At(string path) => Path.Join(timeline.Platform.SitePath, path);
        string[] old = ["2026-10-01-000000-000/app_x_v1/data/a/b", "2026-10-01-000000-000/app_y_v1", "2026-10-02-000000-000/box_v1/data", "cloudbackup-probe-0123456789abcdef"];
        string[] stay = ["2026-11-02-230000-000/app_x_v1/data", "2026-10-03-000000-000/mine", "cloudbackup-probe-notes"];
        foreach (var folder in old.Concat(stay))
        {
            Directory.CreateDirectory(At(folder));
        }
        void Probe(string name, DateTimeOffset time)
        {
            Directory.CreateDirectory(At(name));
            File.WriteAllText(At($"{name}/object"), "x");
            File.SetLastWriteTimeUtc(At($"{name}/object"), time.UtcDateTime);
        }
        var now = timeline.Time.GetUtcNow();
        Probe("cloudbackup-probe-00000000000000aa", now.AddHours(-25));
        Probe("cloudbackup-probe-00000000000000bb", now.AddHours(-1));
        // A trial that has made its folder and not yet its first object.
        Directory.CreateDirectory(At("cloudbackup-probe-00000000000000cc"));
        Directory.SetLastWriteTimeUtc(At("cloudbackup-probe-00000000000000cc"), now.AddMinutes(-5).UtcDateTime);
        Directory.SetLastWriteTimeUtc(At("cloudbackup-probe-0123456789abcdef"), now.AddHours(-25).UtcDateTime);
        await timeline.CleanAsync();
        Assert.Equal(
            ["2026-10-03-000000-000", "2026-11-02-230000-000", "cloudbackup-probe-00000000000000bb", "cloudbackup-probe-00000000000000cc", "cloudbackup-probe-notes"],
            Directory.GetDirectories(timeline.Platform.SitePath).Select(Path.GetFileName).Except(before.Select(path => path.Split('/')[0])).Order(StringComparer.Ordinal));
        Assert.All(stay, folder => Assert.True(Directory.Exists(At(folder)), folder));
        Assert.Equal([.. before, "cloudbackup-probe-00000000000000bb/object"], timeline.Platform.StoredFiles().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_gone_backup_that_is_back_keeps_its_record()
    {
        using var timeline = await Timeline.StartAsync("forever");
        var made = await timeline.BackUpDailyAsync(2);
        var folder = Path.Join(timeline.Platform.SitePath, Path.GetDirectoryName(made[1].RemotePath)!);
        Directory.Move(folder, timeline.Platform.Folder["away"]);
        var plan = await timeline.PlanAsync();
        Directory.Move(timeline.Platform.Folder["away"], folder);
        var result = await timeline.Engine.Cleanup.ExecuteAsync(plan, _ => true, timeline.Observer, Token);
        Assert.Equal(["gone Postponed", "forever Kept"], result.Decisions.Select(decision => $"{decision.Reason} {decision.Outcome}"));
        Assert.Equal(2, timeline.Known().Count);
        Assert.Equal(2, timeline.Stored().Count);
    }

    [Fact]
    public async Task A_store_that_lists_nothing_drops_no_record()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        await timeline.BackUpDailyAsync(3);
        Directory.Move(timeline.Platform.SitePath, timeline.Platform.Folder["away"]);
        Assert.Equal("StorageNotFound", (await Assert.ThrowsAsync<BackupException>(() => timeline.CleanAsync())).ErrorId);
        Directory.CreateDirectory(timeline.Platform.SitePath);
        Assert.Equal("StorageLooksEmpty", (await Assert.ThrowsAsync<BackupException>(() => timeline.CleanAsync())).ErrorId);
        // Another disk, with somebody else's backups.
        Directory.CreateDirectory(Path.Join(timeline.Platform.SitePath, "2026-11-01-000000-000"));
        await File.WriteAllTextAsync(Path.Join(timeline.Platform.SitePath, "2026-11-01-000000-000", "app_x_v1.tar.gz"), "x", Token);
        Assert.Equal("StorageLooksEmpty", (await Assert.ThrowsAsync<BackupException>(() => timeline.CleanAsync())).ErrorId);
        Assert.Equal(3, timeline.Known().Count);
        Assert.All(timeline.Engine.AppBackups.List(), backup => Assert.Equal(BackupState.Ready, backup.State));
    }

    [Fact]
    public async Task A_backup_that_lacks_something_takes_no_place_and_is_not_removed_for_it()
    {
        using var timeline = await Timeline.StartAsync("within 1 hour");
        var made = await timeline.BackUpDailyAsync(3);
        File.Delete(Path.Join(timeline.Platform.SitePath, made[2].RemotePath + ".index.gz"));
        var result = await timeline.CleanAsync();
        Assert.Equal(
            ["incomplete Kept", "latest Kept", "outside-policy Removed"], result.Decisions.Select(decision => $"{decision.Reason} {decision.Outcome}"));
        Assert.Contains(timeline.Observer.Warnings, warning => warning.Contains("lack something", StringComparison.Ordinal));
        Assert.Equal(3 + 2, timeline.Platform.StoredFiles().Count);
    }

    [Fact]
    public async Task An_unregistered_apps_latest_goes_by_the_policy()
    {
        using var timeline = await Timeline.StartAsync("within 2 days");
        await timeline.BackUpDailyAsync(1);
        timeline.Engine.Apps.Unregister(TestPlatform.Location, NullObserver.Instance);
        Assert.Equal("within 2 days", (await timeline.CleanAsync()).Decisions.Single().Reason);
        timeline.Time.Advance(TimeSpan.FromDays(2));
        await timeline.CleanAsync();
        Assert.Empty(timeline.Platform.StoredFiles());
        Assert.Empty(timeline.Known());
        Assert.Empty(Directory.GetFileSystemEntries(timeline.Platform.SitePath));
    }

    [Fact]
    public async Task Snapshots_of_unregistered_apps_go_with_what_is_remembered_of_them()
    {
        using var timeline = await Timeline.StartAsync("forever");
        await timeline.BackUpDailyAsync(1);
        var gone = timeline.Engine.Apps.Get(TestPlatform.Location).Id;
        timeline.Engine.Apps.Unregister(TestPlatform.Location, NullObserver.Instance);
        timeline.Engine.Apps.Register(new BackupApp { Id = Guid.Empty, Location = "shop", Version = "1", DataDirectory = timeline.Platform.Data });
        var stays = timeline.Engine.Apps.Get("shop").Id;
        var unknown = new Guid("33333333-3333-3333-3333-333333333333");
        foreach (var id in new[] { gone, stays, unknown })
        {
            timeline.Platform.Folder.Write($"site/snapshot/{id}/data/a/file", "x");
            timeline.Platform.Folder.Write($"site/snapshot/{id}/data/file", "x");
            timeline.Platform.Folder.Write($"site/snapshot/{id}.state", "x");
        }
        foreach (var id in new[] { gone, stays })
        {
            timeline.Platform.Folder.Write($"home/sync/local/{id}.cache", "x");
            timeline.Platform.Folder.Write($"home/sync/other/{id}.cache", "x");
        }
        timeline.Platform.Folder.Write("site/snapshot/box/platform.db", "x");
        await timeline.CleanAsync();
        Assert.Equal(
            new[] { stays.ToString(), $"{stays}.state", unknown.ToString(), $"{unknown}.state", "box" }.Order(StringComparer.Ordinal),
            Directory.GetFileSystemEntries(timeline.Platform.Folder["site/snapshot"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(
            [$"{stays}.cache"], Directory.GetFiles(timeline.Platform.Folder["home/sync/local"]).Select(Path.GetFileName));
        Assert.Equal(2, Directory.GetFiles(timeline.Platform.Folder["home/sync/other"]).Length);
        Assert.Single(timeline.Stored());
    }

    [Fact]
    public async Task A_snapshot_that_could_not_be_removed_goes_with_the_next_cleanup()
    {
        using var timeline = await Timeline.StartAsync("within 1 hour");
        await timeline.BackUpDailyAsync(1);
        var gone = timeline.Engine.Apps.Get(TestPlatform.Location).Id;
        timeline.Engine.Apps.Unregister(TestPlatform.Location, NullObserver.Instance);
        timeline.Platform.Folder.Write($"site/snapshot/{gone}/data/file", "x");
        timeline.Platform.Folder.Write($"home/sync/local/{gone}.cache", "x");
        timeline.Faults.Before = (_, call, path) =>
        {
            if (call == "remove" && path.StartsWith("snapshot/", StringComparison.Ordinal))
            {
                throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
            }
        };
        var result = await timeline.CleanAsync();
        Assert.Contains("snapshot", Assert.Single(result.Failures).Message, StringComparison.Ordinal);
        timeline.Faults.Before = null;
        await timeline.CleanAsync();
        Assert.Empty(Directory.GetFileSystemEntries(timeline.Platform.SitePath));
        Assert.Empty(Directory.GetFiles(timeline.Platform.Folder["home/sync/local"]));
    }

    [Fact]
    public async Task Empty_dated_folders_go_unless_they_are_of_today()
    {
        using var timeline = await Timeline.StartAsync("forever", "2026-11-20 12:00");
        timeline.Platform.Folder.Make("site/2026-11-18-030000-000");
        timeline.Platform.Folder.Make("site/2026-11-20-110000-000");
        timeline.Platform.Folder.Make("site/lost+found");
        await timeline.CleanAsync();
        Assert.Equal(["2026-11-20-110000-000", "lost+found"], Directory.GetDirectories(timeline.Platform.SitePath).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_this_platform_does_not_know_is_never_touched()
    {
        using var timeline = await Timeline.StartAsync("within 1 hour");
        timeline.Platform.Folder.Write("site/2019-09-25-210206-153/app_wiki.example.com_v1.tar.gz", "of another product");
        timeline.Platform.Folder.Write("site/2019-09-25-210206-153/box_v4.tar.gz", "of another product");
        timeline.Platform.Folder.Write("site/notes/readme.txt", "mine");
        await timeline.BackUpDailyAsync(2);
        await timeline.CleanAsync();
        Assert.Equal(6, timeline.Platform.StoredFiles().Count);
        Assert.Single(timeline.Stored());
    }

    [Fact]
    public async Task A_plan_that_removes_more_than_expected_is_refused()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        await timeline.BackUpDailyAsync(4);
        var failure = await Assert.ThrowsAsync<BackupException>(() => timeline.CleanAsync(maxRemove: 2));
        Assert.Equal("TooManyRemovals", failure.ErrorId);
        Assert.Contains("would remove 3 backups, and -MaxRemove allows 2", failure.Message, StringComparison.Ordinal);
        Assert.Equal(4, timeline.Stored().Count);
        await timeline.CleanAsync(maxRemove: 3);
        Assert.Single(timeline.Stored());
        await timeline.CleanAsync(maxRemove: 0);
    }

    [Fact]
    public async Task A_preserved_backup_does_not_lose_its_weeks_to_a_clock_that_jumped()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        await timeline.Platform.BackUpAsync(new AppBackupOptions { PreserveUntil = timeline.Time.GetUtcNow().AddDays(21) });
        timeline.Time.Advance(TimeSpan.FromDays(1));
        await timeline.BackUpDailyAsync(1);
        await timeline.CleanAsync();
        timeline.Time.Advance(TimeSpan.FromDays(40));
        Assert.Equal("ClockDoubtful", (await Assert.ThrowsAsync<BackupException>(() => timeline.CleanAsync())).ErrorId);
        Assert.Equal(2, timeline.Stored().Count);
    }

    [Fact]
    public async Task A_long_break_is_no_trouble_for_rules_that_count()
    {
        using var timeline = await Timeline.StartAsync("3 daily");
        await timeline.BackUpDailyAsync(5);
        timeline.Time.Advance(TimeSpan.FromDays(400));
        await timeline.CleanAsync();
        Assert.Equal(3, timeline.Stored().Count);
    }

    [Fact]
    public async Task A_clock_that_went_back_keeps_what_seems_to_come_from_the_future_and_says_so()
    {
        using var timeline = await Timeline.StartAsync("2 days");
        var made = await timeline.BackUpDailyAsync(4);
        timeline.Time.AdjustTime(Timeline.At("2024-01-01 00:00"));
        var old = await timeline.Platform.BackUpAsync();
        await timeline.CleanAsync();
        Assert.Equal(5, timeline.Stored().Count);
        Assert.Contains(timeline.Observer.Warnings, warning => warning.Contains("4 backups on local have time stamps in the future", StringComparison.Ordinal));
        timeline.Time.AdjustTime(Timeline.At("2026-11-05 03:00"));
        await timeline.CleanAsync(isClockRight: true);
        // What was made last stays, however old it looks, until there is another one.
        Assert.Equal([old.RemotePath, made[2].RemotePath, made[3].RemotePath], timeline.Stored());
        timeline.Time.AdjustTime(Timeline.At("2026-11-05 04:00"));
        await timeline.Platform.BackUpAsync();
        await timeline.CleanAsync(isClockRight: true);
        Assert.DoesNotContain(old.Id, timeline.Known());
    }

    [Fact]
    public async Task A_changed_policy_counts_from_the_next_cleanup()
    {
        using var timeline = await Timeline.StartAsync("forever");
        await timeline.BackUpDailyAsync(5);
        await timeline.CleanAsync();
        Assert.Equal(5, timeline.Stored().Count);
        var site = timeline.Engine.Sites.Get("local") with { Retention = RetentionPolicy.Parse("2 daily") };
        await timeline.Engine.Sites.UpdateAsync(site, SiteSecrets.None, timeline.Observer, Token);
        await timeline.CleanAsync();
        Assert.Equal(2, timeline.Stored().Count);
        site = timeline.Engine.Sites.Get("local") with { Retention = null };
        await timeline.Engine.Sites.UpdateAsync(site, SiteSecrets.None, timeline.Observer, Token);
        Assert.All((await timeline.CleanAsync()).Decisions, decision => Assert.Equal("forever", decision.Reason));
    }

    [Fact]
    public async Task Another_platforms_backups_in_the_same_place_are_left_to_it()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        using var other = timeline.Platform.Open("other");
        await other.Sites.AddAsync(timeline.Engine.Sites.Get("local") with { Retention = RetentionPolicy.Parse("within 1 hour") }, SiteSecrets.None, timeline.Observer, Token);
        other.Apps.Register(new BackupApp { Id = Guid.Empty, Location = "shop", Version = "1", DataDirectory = timeline.Platform.Data });
        for (var day = 0; day < 3; day++)
        {
            await timeline.Platform.BackUpAsync();
            await other.AppBackups.CreateAsync("shop", new AppBackupOptions(), timeline.Observer, Token);
            timeline.Time.Advance(TimeSpan.FromDays(1));
        }
        await other.SyncAsync(null, [], timeline.Observer, Token);
        var result = await timeline.CleanAsync(other);
        Assert.Equal(6, result.Decisions.Count);
        Assert.All(result.Decisions.Where(decision => decision.Location == TestPlatform.Location), decision => Assert.Equal("foreign", decision.Reasons[0]));
        Assert.Equal(4, timeline.Stored().Count);
        await timeline.CleanAsync();
        Assert.Equal(["app_shop_v1", "app_wiki.example.com_v1.2.0"], timeline.Stored().Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_machines_may_clean_one_place_at_a_time()
    {
        using var timeline = await Timeline.StartAsync("3 daily");
        var made = await timeline.BackUpDailyAsync(12);
        timeline.Engine.Dispose();
        CopyFolder(timeline.Platform.Folder["home"], timeline.Platform.Folder["twin"]);
        timeline.Platform.Reopen();
        using var twin = timeline.Platform.Open("twin");
        var plans = new[] { await timeline.PlanAsync(), await timeline.PlanAsync(twin) };
        var results = await Task.WhenAll(
            Task.Run(() => timeline.Engine.Cleanup.ExecuteAsync(plans[0], _ => true, timeline.Observer, Token), Token),
            Task.Run(() => twin.Cleanup.ExecuteAsync(plans[1], _ => true, timeline.Observer, Token), Token));
        Assert.All(results, result => Assert.Empty(result.Failures));
        Assert.Equal(made.Skip(9).Select(backup => backup.RemotePath), timeline.Stored());
        Assert.Equal(9, timeline.Platform.StoredFiles().Count);
        Assert.Equal(timeline.Known(), timeline.Known(twin));
        // And one after the other: the second finds the records of what the first removed.
        timeline.Time.Advance(TimeSpan.FromDays(1));
        await timeline.Platform.BackUpAsync();
        await timeline.CleanAsync();
        Assert.Equal("gone", (await timeline.CleanAsync(twin)).Decisions[^1].Reason);
        Assert.Equal(2, timeline.Known(twin).Count);
    }

    [Fact]
    public async Task What_a_platform_backup_stands_on_stays_while_its_own_removal_is_put_off_I5()
    {
        using var timeline = await Timeline.StartAsync("within 1 hour");
        var made = await timeline.BackUpDailyAsync(3);
        timeline.WithCatalog(catalog => catalog.Save(BoxRecord(timeline, made[0])));
        using (var boxLock = PlatformLock.TryTake(
            PlatformHome.Open(timeline.Platform.Folder["home"], mayCreate: true, TimeProvider.System), "platform", "platform backup", timeline.Time, out _))
        {
            timeline.Time.Advance(TimeSpan.FromDays(1));
            timeline.WithCatalog(catalog => catalog.Save(BoxRecord(timeline, made[2], "box_v1_0000000b")));
            timeline.Engine.Apps.Unregister(TestPlatform.Location, NullObserver.Instance);
            var result = await timeline.CleanAsync();
            Assert.Contains("box_v1_0000000a outside-policy Postponed", result.Decisions.Select(decision => $"{decision.Id} {decision.Reason} {decision.Outcome}"));
            Assert.Contains(result.Decisions, decision => decision.Id == made[0].Id && decision is { Reason: "referenced by box_v1_0000000a", Outcome: CleanupOutcome.Kept });
        }
        Assert.Contains(made[0].RemotePath, timeline.Stored());
        Assert.DoesNotContain(made[1].RemotePath, timeline.Stored());
        // The lock is free: the old one goes, and what it stood on with it.
        await timeline.CleanAsync();
        Assert.Equal([made[2].RemotePath, $"{Path.GetDirectoryName(made[2].RemotePath)}/box_v1"], timeline.Stored());
    }

    /// <summary>The platform's backup of the same run, with its objects.</summary>
    private static BackupRecord BoxRecord(Timeline timeline, AppBackup app, string id = "box_v1_0000000a")
    {
        var path = $"{Path.GetDirectoryName(app.RemotePath)}/box_v1";
        foreach (var extension in new[] { ".tar.gz", ".index.gz", ".backupinfo" })
        {
            timeline.Platform.Folder.Write($"site/{path}{extension}", "x");
        }
        var backup = new PlatformBackup
        {
            Id = id,
            PlatformId = Guid.Empty,
            Version = "1",
            Site = "local",
            RemotePath = path,
            Created = app.Created,
            State = BackupState.Ready,
            DependsOn = [app.Id],
        };
        return new BackupRecord { Backup = backup with { Origin = BackupOrigin.Platform } };
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Join(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
