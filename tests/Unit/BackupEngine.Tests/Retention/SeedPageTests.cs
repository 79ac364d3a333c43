namespace CloudBackup.Tests.Retention;

/// <summary>What the page that this product began with says of retention, sentence by sentence.</summary>
public sealed class SeedPageTests
{
    [Fact(DisplayName = "a retention policy of 1 week means that all backups older than a week are deleted")]
    public void A_retention_policy_of_1_week_means_that_all_backups_older_than_a_week_are_deleted()
    {
        var history = new History()
            .Add("today", "2026-11-24 03:00").Add("six-days", "2026-11-18 13:00").Add("a-week", "2026-11-17 12:00")
            .Add("a-minute-older", "2026-11-17 11:59").Add("old", "2026-10-01 00:00");
        Assert.Equal(["today", "six-days", "a-week"], history.Kept("1 week"));
        Assert.Equal("keep: within 7 days", history.Why("1 week", "a-week"));
        Assert.Equal("remove: outside-policy", history.Why("1 week", "a-minute-older"));
    }

    [Fact(DisplayName = "The policy 7 daily means to keep a single backup for each day for the last 7 days")]
    public void The_policy_7_daily_means_to_keep_a_single_backup_for_each_day_for_the_last_7_days()
    {
        var history = new History();
        for (var day = 0; day < 10; day++)
        {
            history.Add($"early-{day}", history.Now.AddDays(-day).AddHours(-6)).Add($"late-{day}", history.Now.AddDays(-day).AddHours(-1));
        }
        Assert.Equal(Enumerable.Range(0, 7).Select(day => $"late-{day}"), history.Kept("7 daily"));
        Assert.Equal("keep: daily-3", history.Why("7 daily", "late-2"));
    }

    [Fact(DisplayName = "if 5 backups were created today, Cloudron will remove 4 of them")]
    public void Seven_daily_with_five_backups_today_keeps_one_of_today()
    {
        var history = new History();
        for (var hour = 1; hour <= 5; hour++)
        {
            history.Add($"at-{hour}", $"2026-11-24 0{hour}:00");
        }
        Assert.Equal(["at-5"], history.Kept("7 daily"));
        history.Add("yesterday", "2026-11-23 01:00");
        Assert.Equal(["at-5", "yesterday"], history.Kept("7 daily"));
    }

    [Fact(DisplayName = "the term 4 weekly means to keep a single backup for each week for the last 4 weeks")]
    public void Four_weekly_keeps_a_single_backup_for_each_week_for_the_last_4_weeks()
    {
        var history = new History();
        for (var day = 0; day < 60; day++)
        {
            history.Add(history.Now.AddDays(-day).ToString("ddd-MM-dd", System.Globalization.CultureInfo.InvariantCulture), history.Now.AddDays(-day));
        }
        // Weeks end on Sunday; this one goes on.
        Assert.Equal(["Tue-11-24", "Sun-11-22", "Sun-11-15", "Sun-11-08"], history.Kept("4 weekly"));
    }

    [Fact(DisplayName = "For installed apps and box backups, the latest backup is always retained regardless of the policy")]
    public void Latest_kept_although_outside()
    {
        var history = new History().Add("old", "2026-03-01 00:00").Add("older", "2026-02-01 00:00")
            .AddPlatform("box", "2026-03-01 00:01").AddPlatform("older-box", "2026-02-01 00:01");
        Assert.Equal(["box", "old"], history.Kept("2 days"));
        Assert.Equal("keep: latest", history.Why("2 days", "old"));
        Assert.Equal("keep: latest", history.Why("2 days", "box"));
    }

    [Fact(DisplayName = "the latest backup of stopped apps is preserved when not referenced by any box backup")]
    public void The_latest_backup_of_stopped_apps_is_preserved_when_not_referenced_by_any_box_backup()
    {
        var history = new History().Add("stopped", "2026-03-01 00:00").AddPlatform("box", "2026-11-24 00:00", "another-app");
        Assert.Equal(["box", "stopped"], history.Kept("1 week"));
    }

    [Fact(DisplayName =
        "An App backup that was created right before an app updates is also marked as special and persisted for 3 weeks")]
    public void Pre_update_backup_kept_3_weeks()
    {
        var update = History.Time("2026-11-10 09:00");
        foreach (var (now, isKept) in new[] { (update.AddDays(20), true), (update.AddDays(21).AddSeconds(-1), true), (update.AddDays(21), false) })
        {
            var history = new History { Now = now }
                .Add("before-update", update, item => item with { PreserveUntil = update.AddDays(21) })
                .Add("after-update", update.AddHours(1));
            Assert.Equal(isKept ? ["after-update", "before-update"] : ["after-update"], history.Kept("2 days"));
        }
        Assert.Equal(
            "keep: preserved until 2026-12-01 09:00Z",
            new History().Add("before-update", update, item => item with { PreserveUntil = update.AddDays(21) }).Why("2 days", "before-update"));
    }

    [Fact(DisplayName = "For uninstalled apps, the latest backup is cleaned up as per the policy")]
    public void Unregistered_apps_latest_goes()
    {
        var history = new History().Add("latest", "2026-11-20 00:00", app: History.Gone);
        Assert.Equal(["latest"], history.Kept("1 week"));
        Assert.Empty(history.Kept("2 days"));
    }

    [Fact(DisplayName = "If the latest backup is already part of the policy, it is not counted twice")]
    public void If_the_latest_backup_is_already_part_of_the_policy_it_is_not_counted_twice()
    {
        var history = new History().Add("a", "2026-11-24 03:00").Add("b", "2026-11-23 03:00").Add("c", "2026-11-22 03:00");
        Assert.Equal(["a", "b"], history.Kept("2 daily"));
        Assert.Equal("keep: daily-1", history.Why("2 daily", "a"));
    }

    [Fact(DisplayName = "Errored and partial backups are cleaned up immediately")]
    public void Errored_and_partial_backups_are_cleaned_up_immediately()
    {
        var history = new History().Add("good", "2026-11-20 00:00")
            .Add("errored", "2026-11-24 11:59", item => item with { State = BackupState.Failed })
            .Add("half-made", "2026-11-24 11:58", item => item with { State = BackupState.Creating })
            .Add("half-removed", "2026-11-24 11:57", item => item with { State = BackupState.Removing })
            .Add("being-made", "2026-11-22 00:00", item => item with { State = BackupState.Creating, IsRunLive = true });
        Assert.Equal(["being-made", "good"], history.Kept("forever"));
        Assert.Equal(
            ["remove: failed", "remove: creating-too-long", "remove: removing", "keep: creating; forever"],
            new[] { "errored", "half-made", "half-removed", "being-made" }.Select(id => history.Why("forever", id)));
    }
}
