using CloudBackup.Catalog;
using CloudBackup.Retention;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Cleanup;

/// <summary>Clocks that are years ahead or behind, and which backup is the newest then.</summary>
public sealed class WrongClockTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_of_the_future_is_not_the_newest_while_there_is_another()
    {
        using var timeline = await Timeline.StartAsync("within 30 days");
        var future = (await timeline.BackUpAsync("2028-01-01 03:00"))[0];
        timeline.Time.AdjustTime(Timeline.At("2026-11-01 03:00"));
        Assert.Equal(future.Id, Assert.Single(timeline.Engine.AppBackups.SelectNewest(timeline.Engine.AppBackups.List())).Id);
        Assert.Equal(future.Created, timeline.Engine.Apps.Get(TestPlatform.Location).LastBackup);
        var real = (await timeline.BackUpAsync("2026-11-02 03:00"))[0];
        Assert.Contains(timeline.Observer.Warnings, text => text.Contains("2026-11-02", StringComparison.Ordinal) && text.Contains("2028-01-01", StringComparison.Ordinal));
        Assert.Equal(real.Id, Assert.Single(timeline.Engine.AppBackups.SelectNewest(timeline.Engine.AppBackups.List())).Id);
        Assert.Equal(real.Created, timeline.Engine.Apps.Get(TestPlatform.Location).LastBackup);
        Assert.Equal(real.Created, Assert.Single(timeline.Engine.Apps.List()).LastBackup);
        // When that time has come, what was made after it is still newer.
        timeline.Time.AdjustTime(Timeline.At("2028-02-01 03:00"));
        Assert.Equal(real.Id, Assert.Single(timeline.Engine.AppBackups.SelectNewest(timeline.Engine.AppBackups.List())).Id);
    }

    [Fact]
    public async Task A_platform_backup_falls_back_to_the_newest_and_is_itself_found_as_such()
    {
        using var timeline = await Timeline.StartAsync("within 30 days");
        timeline.Time.AdjustTime(Timeline.At("2028-01-01 03:00"));
        var future = await timeline.Platform.BackUpPlatformAsync();
        timeline.Time.AdjustTime(Timeline.At("2026-11-02 03:00"));
        var good = await timeline.Platform.BackUpAsync();
        timeline.Engine.Apps.Update(timeline.Engine.Apps.Get(TestPlatform.Location) with { AutomaticBackup = false });
        timeline.Time.AdjustTime(Timeline.At("2026-11-03 03:00"));
        var box = await timeline.Platform.BackUpPlatformAsync();
        Assert.Equal([good.Id], box.DependsOn);
        Assert.Equal(box.Id, timeline.Engine.PlatformBackups.FindNewest()!.Id);
        Assert.NotEqual(future.Id, box.Id);
        // So it is for a machine that knows nothing but the storage.
        using var machine = new NewMachine(timeline.Platform);
        using var other = BackupEngine.Open(new BackupEngineOptions { PlatformHome = timeline.Platform.Folder["home3"], Time = timeline.Time });
        var options = new PlatformRestoreOptions { ConfigFile = machine.ConfigFile, Secrets = SiteSecrets.None };
        using var plan = await other.PlatformRestore.PlanAsync(options, timeline.Observer, Token);
        Assert.Equal(box.Id, plan.Preview.BackupId);
    }

    [Theory]
    [InlineData("2 last", false)]
    [InlineData("2 last", true)]
    [InlineData("within 30 days", false)]
    [InlineData("3 daily, 2 yearly", true)]
    public async Task What_was_made_last_with_a_clock_that_is_behind_is_the_newest_and_stays(string policy, bool isFoundBySync)
    {
        using var timeline = await Timeline.StartAsync(policy);
        await timeline.BackUpAsync("2026-11-01 03:00", "2026-11-02 03:00", "2026-11-03 03:00");
        var late = await timeline.BackUpAsync("2016-11-01 17:00", "2016-11-02 17:00");
        Assert.Contains(timeline.Observer.Warnings, text => text.Contains("2016-11-01", StringComparison.Ordinal) && text.Contains("2026-11-03", StringComparison.Ordinal));
        timeline.Time.AdjustTime(Timeline.At("2026-11-04 03:00"));
        if (isFoundBySync)
        {
            timeline.WithCatalog(catalog => catalog.List().ForEach(record => catalog.Remove(record.Backup.Id)));
            await timeline.Engine.SyncAsync(null, [], timeline.Observer, Token);
        }
        Assert.Equal(late[1].Id, Assert.Single(timeline.Engine.AppBackups.SelectNewest(timeline.Engine.AppBackups.List())).Id);
        Assert.Equal(late[1].Created, timeline.Engine.Apps.Get(TestPlatform.Location).LastBackup);
        for (var round = 0; round < 2; round++)
        {
            await timeline.CleanAsync(isClockRight: true);
            Assert.Contains(late[1].Id, timeline.Known());
        }
    }

    [Theory]
    [InlineData(false, "2026-11-21 03:00")]
    [InlineData(true, "2026-11-21 03:00")]
    [InlineData(false, "9999-12-31 22:00")]
    [InlineData(true, "2026-11-21 03:00", "2031-01-01 03:00", "2031-01-02 03:00")]
    public async Task What_was_made_last_stays_beside_backups_of_the_future(bool isFoundBySync, params string[] future)
    {
        using var timeline = await Timeline.StartAsync("1 last");
        await timeline.BackUpAsync("2026-10-31 03:00", "2026-11-01 03:00");
        await timeline.BackUpAsync(future);
        var last = (await timeline.BackUpAsync("2026-10-07 03:00"))[0];
        timeline.Time.AdjustTime(Timeline.At("2026-11-01 04:00"));
        if (isFoundBySync)
        {
            timeline.WithCatalog(catalog => catalog.List().ForEach(record => catalog.Remove(record.Backup.Id)));
            await timeline.Engine.SyncAsync(null, [], timeline.Observer, Token);
        }
        Assert.Equal(last.Id, Assert.Single(timeline.Engine.AppBackups.SelectNewest(timeline.Engine.AppBackups.List())).Id);
        Assert.Equal(last.Created, timeline.Engine.Apps.Get(TestPlatform.Location).LastBackup);
        for (var round = 0; round < 2; round++)
        {
            await timeline.CleanAsync(isClockRight: true);
            Assert.Contains(last.Id, timeline.Known());
        }
        var next = (await timeline.BackUpAsync("2026-11-01 05:00"))[0];
        Assert.Equal(next.Id, Assert.Single(timeline.Engine.AppBackups.SelectNewest(timeline.Engine.AppBackups.List())).Id);
    }

    [Fact]
    public void However_many_backups_of_the_future_there_are_the_right_time_below_the_gap_is_kept()
    {
        var now = Timeline.At("2026-11-01 03:00");
        var backups = Enumerable.Range(0, 100).Select(day => now.AddDays(-day)).Concat(Enumerable.Range(100, 100).Select(day => now.AddDays(day))).Select(time => new AppBackup
        {
            Id = $"{time:u}",
            AppId = Guid.Empty,
            Location = "a",
            Version = "1",
            Site = "s",
            RemotePath = "p",
            Created = time,
        }).ToList();
        var (after, also) = NewestBackup.FindLater(backups, now.AddDays(-200));
        Assert.Equal(NewestBackup.MostAlso, also!.Count);
        var last = backups[0] with { Id = "last", Created = now.AddDays(-200), MadeAfter = after, MadeAfterAlso = also };
        Assert.Equal("last", backups.Append(last).NewestFirst(now.AddHours(1)).First().Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clock_that_jumped_ahead_removes_nothing_until_somebody_says_it_is_right(bool isCleanedBefore)
    {
        using var timeline = await Timeline.StartAsync("1 week");
        await timeline.BackUpDailyAsync(5);
        if (isCleanedBefore)
        {
            await timeline.CleanAsync();
        }
        timeline.Time.Advance(TimeSpan.FromDays(3650));
        await timeline.Platform.BackUpAsync();
        var failure = await Assert.ThrowsAsync<BackupException>(() => timeline.CleanAsync());
        Assert.Equal("ClockDoubtful", failure.ErrorId);
        Assert.Contains("5 backups", failure.Message, StringComparison.Ordinal);
        Assert.Equal(6, timeline.Stored().Count);
        await timeline.CleanAsync(isClockRight: true);
        Assert.Single(timeline.Stored());
        await timeline.CleanAsync();
    }

    [Fact]
    public async Task A_platform_that_knows_its_backups_from_a_sync_doubts_a_clock_too()
    {
        using var timeline = await Timeline.StartAsync("within 30 days");
        await timeline.BackUpDailyAsync(5);
        timeline.WithCatalog(catalog => catalog.List().ForEach(record => catalog.Remove(record.Backup.Id)));
        await timeline.Engine.SyncAsync(null, [], timeline.Observer, Token);
        timeline.Time.Advance(TimeSpan.FromDays(3000));
        Assert.Equal("ClockDoubtful", (await Assert.ThrowsAsync<BackupException>(() => timeline.CleanAsync())).ErrorId);
        Assert.Equal(5, timeline.Stored().Count);
        await timeline.CleanAsync(isClockRight: true);
        Assert.Single(timeline.Stored());
    }

    [Fact]
    public async Task A_clock_that_goes_right_leaves_no_trace_and_says_nothing()
    {
        using var timeline = await Timeline.StartAsync("2 last");
        var made = await timeline.BackUpDailyAsync(3);
        Assert.All(made, backup => Assert.Null(backup.MadeAfter));
        Assert.Empty(timeline.Observer.Warnings);
        Assert.DoesNotContain("madeAfter", await File.ReadAllTextAsync(Path.Join(timeline.Platform.SitePath, made[2].RemotePath + ".backupinfo"), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zone_that_is_unknown_here_names_the_site_and_hinders_no_other_setting()
    {
        using var timeline = await Timeline.StartAsync("2 last");
        var site = timeline.Engine.Sites.Get("local");
        using (var database = PlatformDatabase.Open(timeline.Platform.Folder["home/platform.db"]))
        {
            // As on a machine that knew it.
            Assert.True(new SiteStore(database).Update(site with { Retention = RetentionPolicy.Parse("2 last") with { TimeZone = "Mars/Olympus" } }));
        }
        var failure = await Assert.ThrowsAsync<BackupException>(() => timeline.PlanAsync());
        Assert.Equal("RetentionZoneUnknown", failure.ErrorId);
        Assert.Contains("'local'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Set-BackupSite -Retention", failure.Message, StringComparison.Ordinal);
        site = timeline.Engine.Sites.Get("local");
        await timeline.Engine.Sites.UpdateAsync(site with { Limits = site.Limits with { MemoryLimitBytes = 64 << 20 } }, SiteSecrets.None, timeline.Observer, Token);
        Assert.Equal(64 << 20, timeline.Engine.Sites.Get("local").Limits.MemoryLimitBytes);
        await Assert.ThrowsAsync<BackupException>(() => timeline.Engine.Sites.UpdateAsync(
            site with { Retention = site.Retention! with { KeepLast = 3 } }, SiteSecrets.None, timeline.Observer, Token));
    }

    /// <summary>Whatever the time stamps are, there is one order, and it does not depend on the order of the question.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_newest_of_any_backups_is_the_same_whatever_their_order_and_never_of_the_future_while_there_is_another(int seed)
    {
        var random = new SeededRandom(seed);
        var now = Timeline.At("2026-11-01 03:00");
        for (var round = 0; round < 300; round++)
        {
            var backups = Enumerable.Range(0, 1 + random.Next(12)).Select(number => new AppBackup
            {
                Id = $"{number}",
                AppId = Guid.Empty,
                Location = "a",
                Version = "1",
                Site = "s",
                RemotePath = "p",
                Created = random.Next(20) == 0 ? DateTimeOffset.MaxValue : now.AddHours(random.Next(200) - 150),
                MadeAfter = random.Next(3) > 0 ? null : random.Next(20) == 0 ? DateTimeOffset.MaxValue : now.AddHours(random.Next(200) - 150),
            }).ToList();
            var order = backups.NewestFirst(now).Select(backup => backup.Id).ToList();
            Assert.Equal(order, backups.OrderBy(_ => random.Next(1000)).ToList().NewestFirst(now).Select(backup => backup.Id));
            var newest = backups.Single(backup => backup.Id == order[0]);
            Assert.True(!NewestBackup.IsFuture(newest.Created, now) || backups.TrueForAll(backup => NewestBackup.IsFuture(backup.Created, now)));
            var last = backups[0] with { Id = "last", Created = now.AddSeconds(1), MadeAfter = NewestBackup.FindLater(backups, now.AddSeconds(1)).After };
            Assert.Equal("last", backups.Where(backup => !(backup.MadeAfter > now)).Append(last).NewestFirst(now.AddMinutes(1)).First().Id);
        }
    }
}
