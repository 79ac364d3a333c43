namespace CloudBackup.Tests.Cleanup;

/// <summary>Cleanups that are killed, plans that are old, neighbours that look alike.</summary>
public sealed class HostileCleanupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public async Task Killed_at_any_removal_it_never_leaves_a_Ready_backup_without_its_data_and_the_next_one_ends_it(int dieAt)
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        var made = await timeline.BackUpDailyAsync(3);
        var plan = await timeline.PlanAsync();
        var removals = 0;
        timeline.Faults.Before = (_, call, path) =>
        {
            // As by a kill: nothing that comes later is done, tidying up included.
            if ((call == "remove" && ++removals >= dieAt) || (removals >= dieAt && call is "write" or "find" or "list"))
            {
                throw new KilledException();
            }
        };
        if (dieAt <= 8)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => timeline.Engine.Cleanup.ExecuteAsync(plan, _ => true, timeline.Observer, Token));
        }
        else
        {
            await timeline.Engine.Cleanup.ExecuteAsync(plan, _ => true, timeline.Observer, Token);
            Assert.Equal(8, removals);
        }
        timeline.Faults.Before = null;
        timeline.Platform.Reopen();
        foreach (var backup in timeline.Engine.AppBackups.List().Where(backup => backup.State == BackupState.Ready))
        {
            Assert.True((await timeline.Engine.AppBackups.TestAsync(backup.Id, timeline.Observer, Token)).IsValid);
        }
        // Another machine, which knows nothing but the storage, takes no torn backup for a good one either.
        using var other = timeline.Platform.Open("other");
        await other.Sites.AddAsync(timeline.Engine.Sites.Get("local"), SiteSecrets.None, timeline.Observer, Token);
        foreach (var found in await other.SyncAsync(null, [], timeline.Observer, Token))
        {
            Assert.True((await other.AppBackups.TestAsync(found.Id, timeline.Observer, Token)).IsValid);
        }
        await timeline.CleanAsync();
        Assert.Equal([made[2].RemotePath], timeline.Stored());
        Assert.Equal([made[2].Id], timeline.Known());
        Assert.Single(Directory.GetDirectories(timeline.Platform.SitePath));
    }

    [Fact]
    public async Task Backups_whose_names_begin_alike_in_one_folder_are_told_apart()
    {
        using var timeline = await Timeline.StartAsync("within 1 hour");
        foreach (var location in new[] { "shop", "shop.x", "shop.x.y" })
        {
            timeline.Platform.AddApp(location, app => app with { Version = "1" });
        }
        // The clock stands still, so all of them are of one time.
        var made = new List<AppBackup>();
        foreach (var location in new[] { "shop", "shop.x", "shop.x.y" })
        {
            made.Add((await timeline.Engine.AppBackups.CreateAsync(location, new AppBackupOptions(), timeline.Observer, Token))!);
        }
        timeline.Engine.Apps.Unregister("shop.x", NullObserver.Instance);
        timeline.Time.Advance(TimeSpan.FromDays(1));
        await timeline.CleanAsync();
        Assert.Equal(new[] { made[0].RemotePath, made[2].RemotePath }.Order(StringComparer.Ordinal), timeline.Stored());
        foreach (var backup in timeline.Engine.AppBackups.List())
        {
            Assert.True((await timeline.Engine.AppBackups.TestAsync(backup.Id, timeline.Observer, Token)).IsValid);
        }
    }

    [Fact]
    public async Task A_plan_that_is_executed_twice_removes_nothing_more()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        await timeline.BackUpDailyAsync(3);
        var plan = await timeline.PlanAsync();
        await timeline.Engine.Cleanup.ExecuteAsync(plan, _ => true, timeline.Observer, Token);
        var files = timeline.Platform.StoredFiles();
        await timeline.BackUpDailyAsync(1);
        var result = await timeline.Engine.Cleanup.ExecuteAsync(plan, _ => true, timeline.Observer, Token);
        Assert.Empty(result.Failures);
        Assert.Equal(["Kept", "Removed", "Removed"], result.Decisions.Select(decision => decision.Outcome.ToString()));
        Assert.Superset(files.ToHashSet(), timeline.Platform.StoredFiles().ToHashSet());
        Assert.Equal(2, timeline.Stored().Count);
    }

    [Fact]
    public async Task An_old_plan_does_not_take_what_has_become_the_latest_of_a_registered_app_I5()
    {
        using var timeline = await Timeline.StartAsync("within 1 hour");
        var made = await timeline.BackUpDailyAsync(2);
        var plan = await timeline.PlanAsync();
        Directory.Delete(Path.Join(timeline.Platform.SitePath, Path.GetDirectoryName(made[1].RemotePath)!), recursive: true);
        await timeline.Engine.AppBackups.RemoveAsync(made[1].Id, timeline.Observer, Token);
        await timeline.Engine.Cleanup.ExecuteAsync(plan, _ => true, timeline.Observer, Token);
        Assert.Equal([made[0].Id], timeline.Known());
        Assert.Equal([made[0].RemotePath], timeline.Stored());
    }

    [Fact]
    public async Task A_backup_that_is_removed_by_hand_while_it_is_cleaned_up_is_refused_and_gone_once()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        var made = await timeline.BackUpDailyAsync(2);
        BackupException? refused = null;
        timeline.Faults.Before = (_, call, _) =>
        {
            if (call == "remove" && refused is null)
            {
                timeline.Faults.Before = null;
                refused = Assert.ThrowsAsync<BackupException>(() =>
                    timeline.Engine.AppBackups.RemoveAsync(made[0].Id, timeline.Observer, Token)).GetAwaiter().GetResult();
            }
        };
        var result = await timeline.CleanAsync();
        Assert.Equal("AppBusy", refused?.ErrorId);
        Assert.Empty(result.Failures);
        Assert.Equal([made[1].Id], timeline.Known());
    }

    [Fact]
    public async Task A_clock_that_goes_back_between_plan_and_execution_removes_no_more_than_planned()
    {
        using var timeline = await Timeline.StartAsync("2 days");
        var made = await timeline.BackUpDailyAsync(4);
        var plan = await timeline.PlanAsync();
        var planned = plan.Decisions.Where(decision => decision.Action == RetentionAction.Remove).Select(decision => decision.Id).ToHashSet();
        timeline.Time.AdjustTime(Timeline.At("2020-01-01 00:00"));
        var result = await timeline.Engine.Cleanup.ExecuteAsync(plan, _ => true, timeline.Observer, Token);
        Assert.Subset(planned, result.Decisions.Where(decision => decision.Outcome == CleanupOutcome.Removed).Select(decision => decision.Id).ToHashSet());
        Assert.Contains(made[3].Id, timeline.Known());
        await timeline.CleanAsync();
        Assert.Contains(made[3].Id, timeline.Known());
    }

    [Fact]
    public async Task A_catalog_that_was_lost_and_found_again_is_cleaned_by_no_guess()
    {
        using var timeline = await Timeline.StartAsync("1 daily");
        await timeline.BackUpDailyAsync(3);
        // Data without records: of a catalog that was lost, the storage still holds everything, and nobody knows whose it is.
        using var fresh = timeline.Platform.Open("fresh");
        await fresh.Sites.AddAsync(timeline.Engine.Sites.Get("local"), SiteSecrets.None, timeline.Observer, Token);
        Assert.Empty((await timeline.CleanAsync(fresh)).Decisions);
        Assert.Equal(3, timeline.Stored().Count);
        await fresh.SyncAsync(null, [], timeline.Observer, Token);
        Assert.All((await timeline.CleanAsync(fresh)).Decisions, decision => Assert.Equal(RetentionAction.Keep, decision.Action));
        Assert.Equal(3, timeline.Stored().Count);
    }

    private sealed class KilledException : Exception;
}
