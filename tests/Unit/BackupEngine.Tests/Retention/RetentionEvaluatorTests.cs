using CloudBackup.Retention;

namespace CloudBackup.Tests.Retention;

public sealed class RetentionEvaluatorTests
{
    [Fact]
    public void Rules_count_each_for_itself_and_all_reasons_are_told()
    {
        var history = new History().Add("a", "2026-11-24 03:00").Add("b", "2026-11-23 03:00").Add("c", "2026-11-15 03:00").Add("d", "2025-12-31 03:00");
        Assert.Equal("keep: last-1; hourly-1; daily-1; weekly-1; monthly-1; yearly-1", history.Why("1 last, 1 hourly, 1 daily, 1 weekly, 1 monthly, 1 yearly", "a"));
        Assert.Equal("keep: weekly-2", history.Why("2 daily, 2 weekly", "c"));
        Assert.Equal("keep: yearly-2", history.Why("1 daily, 2 yearly", "d"));
    }

    [Fact]
    public void Periods_without_a_backup_use_up_no_place()
    {
        var history = new History().Add("a", "2026-11-24 03:00").Add("b", "2026-09-01 03:00").Add("c", "2024-02-29 03:00").Add("d", "2020-01-01 00:00");
        Assert.Equal(["a", "b", "c"], history.Kept("3 daily"));
    }

    [Fact]
    public void What_a_kept_platform_backup_stands_on_is_kept_I5()
    {
        var history = new History()
            .Add("new", "2026-11-24 03:00").Add("old-1", "2026-10-01 03:00").Add("old-2", "2026-09-01 03:00").Add("other", "2026-09-01 04:00", app: History.Gone)
            .AddPlatform("box-new", "2026-11-24 04:00", "new").AddPlatform("box-2", "2026-09-01 04:00", "old-2", "other");
        Assert.Equal(["box-new", "new", "old-1", "box-2", "other", "old-2"], history.Kept("2 monthly"));
        Assert.Equal("keep: referenced by box-2", history.Why("2 monthly", "old-2"));
        Assert.Equal("remove: outside-policy", history.Why("1 monthly", "old-2"));
    }

    [Fact]
    public void A_removed_platform_backup_holds_nothing()
    {
        var history = new History().Add("new", "2026-11-24 03:00").Add("old", "2026-09-01 03:00")
            .AddPlatform("box-new", "2026-11-24 04:00", "new").AddPlatform("box-old", "2026-09-01 04:00", "old");
        Assert.Equal(["box-new", "new"], history.Kept("1 week"));
    }

    [Fact]
    public void A_referenced_backup_fills_a_place_as_well()
    {
        var history = new History().Add("a", "2026-11-24 03:00").Add("b", "2026-11-23 03:00").Add("c", "2026-11-22 03:00")
            .AddPlatform("box", "2026-11-24 04:00", "a", "b");
        Assert.Equal("keep: referenced by box; daily-2", history.Why("2 daily", "b"));
        Assert.Equal("remove: outside-policy", history.Why("2 daily", "c"));
    }

    [Fact]
    public void A_preserved_or_young_backup_fills_no_place()
    {
        var history = new History()
            .Add("young", "2026-11-24 03:00").Add("preserved", "2026-11-20 03:00", item => item with { PreserveUntil = DateTimeOffset.MaxValue })
            .Add("a", "2026-11-20 02:00").Add("b", "2026-11-19 02:00").Add("c", "2026-11-18 02:00");
        Assert.Equal(["young", "preserved", "a", "b"], history.Kept("within 2 days, 2 daily"));
        Assert.Equal("keep: preserved", history.Why("2 days", "preserved"));
    }

    [Fact]
    public void A_Partial_backup_never_takes_the_place_of_a_Ready_one()
    {
        static RetentionItem Partial(RetentionItem item) => item with { State = BackupState.Partial };
        var history = new History()
            .Add("partial-newer-that-day", "2026-11-24 08:00", Partial).Add("ready", "2026-11-24 03:00")
            .Add("partial-alone", "2026-11-23 03:00", Partial).Add("ready-2", "2026-11-22 03:00").Add("partial-too-old", "2026-11-21 03:00", Partial);
        Assert.Equal(["ready", "partial-alone", "ready-2"], history.Kept("2 daily"));
        Assert.Equal("keep: daily-partial-1", history.Why("2 daily", "partial-alone"));
        Assert.Equal(["partial-newer-that-day", "ready"], history.Kept("1 last"));
    }

    [Fact]
    public void Partial_backups_alone_fill_the_places_among_themselves_and_the_latest_stays()
    {
        var history = new History();
        for (var day = 1; day <= 5; day++)
        {
            history.Add($"partial-{day}", history.Now.AddDays(-day), item => item with { State = BackupState.Partial });
        }
        Assert.Equal(["partial-1", "partial-2", "partial-3"], history.Kept("3 daily"));
        Assert.Equal(["partial-1"], history.Kept("within 1 hour"));
        history.Add("ready", history.Now.AddDays(-9));
        Assert.Equal(["ready"], history.Kept("within 1 hour"));
    }

    [Fact]
    public void A_backup_that_is_not_whole_takes_no_place_and_stays_while_the_policy_would_keep_it_whole()
    {
        var history = new History().Add("torn", "2026-11-24 03:00", item => item with { IsWhole = false }).Add("whole", "2026-11-24 02:00");
        Assert.Equal(["torn", "whole"], history.Kept("7 daily"));
        Assert.Equal("keep: incomplete", history.Why("7 daily", "torn"));
        Assert.Equal("keep: daily-1", history.Why("7 daily", "whole"));
        Assert.Equal("keep: latest", history.Why("1 hour", "whole"));
        history.Add("later", "2026-11-24 04:00");
        Assert.Equal(["later"], history.Kept("7 daily"));
    }

    [Fact]
    public void A_Partial_backup_keeps_its_place_while_a_Ready_one_is_not_whole()
    {
        var history = new History()
            .Add("torn", "2026-11-24 03:00", item => item with { IsWhole = false })
            .Add("partial", "2026-11-24 02:00", item => item with { State = BackupState.Partial })
            .Add("older", "2026-11-23 02:00", item => item with { State = BackupState.Partial })
            .Add("oldest", "2026-11-22 02:00", item => item with { State = BackupState.Partial })
            .Add("whole", "2026-11-01 02:00");
        Assert.Equal(["torn", "partial", "older", "oldest", "whole"], history.Kept("2 daily"));
        Assert.Equal("keep: daily-partial-2", history.Why("2 daily", "oldest"));
    }

    [Fact]
    public void A_backup_that_is_not_whole_stays_while_it_would_be_the_one_made_last()
    {
        var history = new History()
            .Add("newer", "2026-11-20 03:00")
            .Add("made-last", "2026-11-10 03:00", item => item with { IsWhole = false, MadeAfter = History.Time("2026-11-22 03:00") });
        Assert.Equal("keep: incomplete", history.Why("1 hour", "made-last"));
    }

    [Fact]
    public void Time_stamps_in_the_future_are_kept_and_do_not_hide_the_latest()
    {
        var history = new History().Add("future", "2031-01-01 00:00").Add("latest", "2026-01-01 00:00").Add("older", "2025-01-01 00:00");
        Assert.Equal(["future", "latest"], history.Kept("1 week"));
        Assert.Equal("keep: future", history.Why("1 week", "future"));
        Assert.Equal(["future", "latest"], history.Kept("1 yearly"));
        Assert.Equal("keep: future", new History().Add("future", "2031-01-01 00:00", app: History.Gone).Why("1 hour", "future"));
    }

    [Fact]
    public void Clocks_may_differ_a_little()
    {
        var history = new History().Add("now", "2026-11-24 12:04").Add("before", "2026-11-24 11:00");
        Assert.Equal("keep: daily-1", history.Why("1 daily", "now"));
    }

    [Fact]
    public void Backups_of_another_platform_are_left_alone()
    {
        var history = new History().Add("theirs", "2020-01-01 00:00", item => item with { IsForeign = true }, History.Gone);
        Assert.Equal("keep: foreign", history.Why("1 week", "theirs"));
    }

    [Fact]
    public void Equal_times_are_told_apart_by_id()
    {
        var history = new History().Add("b", "2026-11-24 03:00").Add("a", "2026-11-24 03:00");
        Assert.Equal(["a"], history.Kept("1 daily"));
    }

    [Fact]
    public void Groups_are_weighed_each_for_itself()
    {
        var history = new History().Add("a", "2026-11-24 03:00").Add("gone", "2026-11-24 02:00", app: History.Gone).AddPlatform("box", "2026-11-24 01:00");
        Assert.Equal(["a", "gone", "box"], history.Kept("1 last"));
    }

    [Fact]
    public void Nothing_to_weigh_gives_no_verdict() => Assert.Empty(new History().Weigh("1 week"));
}
