using System.Globalization;
using CloudBackup.Retention;
using CsCheck;

namespace CloudBackup.Tests.Retention;

/// <summary>What holds for every history, drawn so that daylight saving days and New Year weeks are among the dates.</summary>
public sealed class RetentionPropertyTests
{
    private const int Iterations = 2000;

    private static readonly DateTimeOffset[] Centres =
    [
        History.Time("2026-03-29 01:00"), History.Time("2026-10-25 01:00"), History.Time("2025-12-31 23:00"), History.Time("2027-01-01 00:00"),
        History.Time("2024-02-29 12:00"),
    ];

    private static readonly Gen<DateTimeOffset> Times = Gen.OneOf(
        Gen.Select(Gen.Int[0, Centres.Length - 1], Gen.Int[-3000, 3000], (centre, minutes) => Centres[centre].AddMinutes(minutes)),
        Gen.Int[0, 4 * 365 * 24 * 4].Select(quarters => History.Time("2023-12-01 00:00").AddMinutes(15 * quarters)));

    private static readonly Gen<RetentionPolicy> Policies = Gen.Select(
        History.Pick<TimeSpan?>(null, null, TimeSpan.FromHours(30), TimeSpan.FromDays(40), RetentionPolicy.ForEver), Gen.Int[-6, 5].Select(count => Math.Max(0, count)).Array[6],
        (within, counts) => new RetentionPolicy
        {
            KeepWithin = within,
            KeepLast = counts[0],
            KeepHourly = counts[1],
            KeepDaily = counts[2],
            KeepWeekly = counts[3],
            KeepMonthly = counts[4],
            KeepYearly = counts[5],
        });

    private static readonly Gen<BackupState> States = History.Pick(
        [.. Enumerable.Repeat(BackupState.Ready, 8), BackupState.Partial, BackupState.Partial, BackupState.Failed, BackupState.Creating]);

    private static readonly Gen<RetentionItem> Items = Gen.Select(
        Gen.Int[0, 2], Times, States, Gen.Bool, Gen.OneOf(History.Pick<DateTimeOffset?>([null]), Times.Select(time => (DateTimeOffset?)time)),
        Gen.Int[0, 59].Array[0, 4],
        (group, created, state, isLive, until, needs) => new RetentionItem
        {
            Id = "",
            Owner = new BackupOwner(group == 0 ? null : group == 1 ? History.Wiki : History.Gone),
            Created = created,
            State = state,
            IsRunLive = isLive,
            IsWhole = created.Minute != 15,
            PreserveUntil = until,
            DependsOn = group == 0 ? [.. needs.Select(need => $"b{need}")] : [],
        });

    private static readonly Gen<(List<RetentionItem> Items, RetentionRules Rules)> Cases = Gen.Select(
        Items.List[0, 60], Policies, History.Pick("UTC", "Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"), Times,
        (items, policy, zone, now) => (
            items.Select((item, i) => item with { Id = $"b{i}" }).ToList(),
            new RetentionRules
            {
                Policy = policy,
                Zone = TimeZoneInfo.FindSystemTimeZoneById(zone),
                Now = now,
                RegisteredApps = new HashSet<Guid> { History.Wiki },
            }));

    /// <summary>The same with backups of strangers, of a restored catalog, and of runs whose clock was behind.</summary>
    private static readonly Gen<(List<RetentionItem> Items, RetentionRules Rules)> CasesOfAnyOrigin = Gen.Select(
        Cases, Gen.Int[0, 5].Array[60], Gen.OneOf(History.Pick<DateTimeOffset?>([null]), Times.Select(time => (DateTimeOffset?)time)).Array[60],
        (data, origins, after) => (
            data.Items.Select((item, i) => item with { IsTrusted = origins[i] > 1, IsMatched = origins[i] == 1, MadeAfter = after[i] }).ToList(),
            data.Rules));

    [Fact]
    public void The_newest_Ready_backup_of_a_registered_app_and_of_the_platform_is_never_removed_I5() => Cases.Sample((items, rules) =>
        items.Where(item => item.Owner.AppId != History.Gone && IsReady(item)).GroupBy(item => item.Owner).All(group =>
        {
            var newest = group.Max(item => item.Created);
            return Kept(items, rules).Any(kept => kept.Owner == group.Key && kept.Created == newest && IsReady(kept));
        }), iter: Iterations);

    [Fact]
    public void What_a_kept_platform_backup_stands_on_is_never_removed_I5() => Cases.Sample((items, rules) =>
    {
        var kept = Kept(items, rules);
        var needed = kept.Where(item => item.Owner == BackupOwner.Platform).SelectMany(item => item.DependsOn).ToHashSet();
        return items.Where(item => item.Owner.AppId is not null && item.State is BackupState.Ready or BackupState.Partial && needed.Contains(item.Id))
            .All(item => item.Owner.AppId is null || kept.Contains(item));
    }, iter: Iterations);

    [Fact]
    public void What_is_being_created_preserved_or_from_the_future_is_never_removed_I5() => Cases.Sample((items, rules) =>
    {
        var kept = Kept(items, rules);
        return items.Where(item => item is { State: BackupState.Creating, IsRunLive: true }
            || (item.State is BackupState.Ready or BackupState.Partial && (item.PreserveUntil > rules.Now || item.Created > rules.Now.AddMinutes(5))))
            .All(kept.Contains);
    }, iter: Iterations);

    [Fact]
    public void Failed_and_dead_runs_are_always_removed() => Cases.Sample((items, rules) =>
        Kept(items, rules).All(item => item.State is not BackupState.Failed && item is not { State: BackupState.Creating, IsRunLive: false }), iter: Iterations);

    [Fact]
    public void Evaluating_what_was_kept_again_keeps_all_of_it() => Cases.Sample((items, rules) =>
    {
        var kept = Kept(items, rules);
        return Kept([.. kept], rules).SetEquals(kept);
    }, iter: Iterations);

    [Fact]
    public void The_order_of_the_input_does_not_matter() => Gen.Select(Cases, Gen.Int).Sample((data, seed) =>
    {
#pragma warning disable RS0030 // the seed makes it deterministic
        var shuffled = data.Items.ToArray();
        new Random(seed).Shuffle(shuffled);
#pragma warning restore RS0030
        var one = RetentionEvaluator.Evaluate(data.Items, data.Rules);
        var other = RetentionEvaluator.Evaluate(shuffled, data.Rules);
        return one.Select(Text).SequenceEqual(other.Select(Text));
    }, iter: Iterations);

    [Fact]
    public void Every_verdict_has_its_reason() => Cases.Sample((items, rules) =>
    {
        var verdicts = RetentionEvaluator.Evaluate(items, rules);
        return verdicts.Count == items.Count && verdicts.All(verdict => verdict.Reasons.Count > 0 && verdict.Reasons.All(reason => reason.Length > 0));
    }, iter: Iterations);

    /// <summary>
    /// A new Ready backup takes the place of one of its own period, or, where it opens a period, of the one whose period is then one too
    /// many. It never takes the place of any other.
    /// </summary>
    [Fact]
    public void Adding_a_backup_never_removes_one_for_another_period() => Gen.Select(Cases, Times).Sample((data, time) =>
    {
        var (items, rules) = (data.Items, data.Rules with { Policy = data.Rules.Policy with { KeepWithin = null } });
        var added = History.Item("added", time, History.Wiki);
        var before = Kept(items, rules);
        var after = Kept([.. items, added], rules);
        return before.Where(item => !after.Contains(item)).All(lost => IsFor(lost, added, before, items, rules));
    }, iter: Iterations);

    /// <summary>Absence is not proof: whatever a storage does not show, all stays that would stay if it showed everything.</summary>
    [Fact]
    public void What_is_not_shown_costs_no_backup_its_place() => CasesOfAnyOrigin.Sample((items, rules) =>
    {
        var shown = Kept([.. items.Select(item => item with { IsWhole = true })], rules).Select(item => item.Id);
        return shown.ToHashSet().IsSubsetOf(Kept(items, rules).Select(item => item.Id));
    }, iter: Iterations);

    /// <summary>The counting rules, said once more in another way.</summary>
    [Fact]
    public void Of_each_of_the_newest_periods_that_have_one_the_newest_Ready_backup_is_kept() => Cases.Sample((items, rules) =>
    {
        var kept = Kept(items, rules);
        return Rules(rules).All(rule => items.Where(item => IsCandidate(item, items, rules) && IsReady(item)).GroupBy(item => item.Owner).All(group => group
            // Of equal times the first id comes first, as everywhere.
            .OrderByDescending(item => item.Created).ThenBy(item => item.Id, StringComparer.Ordinal)
            .GroupBy(item => rule.Period(item)).Take(rule.Count)
            .All(period => kept.Contains(period.OrderByDescending(item => item.Created).ThenBy(item => item.Id, StringComparer.Ordinal).First()))));
    }, iter: Iterations);

    [Fact]
    public void Nothing_else_is_kept() => Cases.Sample((items, rules) =>
    {
        var most = Rules(rules).Sum(rule => rule.Count);
        return RetentionEvaluator.Evaluate(items, rules)
            .Where(verdict => verdict.IsKept && IsReady(verdict.Item) && verdict.Reasons.All(reason => !reason.StartsWith("referenced", StringComparison.Ordinal)))
            .Where(verdict => IsCandidate(verdict.Item, items, rules) && !verdict.Reasons.Contains("latest"))
            .GroupBy(verdict => verdict.Item.Owner).All(group => group.Count() <= most);
    }, iter: Iterations);

    private static bool IsFor(
        RetentionItem lost, RetentionItem added, HashSet<RetentionItem> before, List<RetentionItem> items, RetentionRules rules)
    {
        if (lost.Owner != added.Owner || before.Count == 0)
        {
            return false;
        }
        // It was the latest, and no more than that.
        var reasons = RetentionEvaluator.Evaluate(items, rules).Single(verdict => verdict.Item == lost).Reasons;
        return reasons.All(reason => reason is "latest" or "incomplete" || Rules(rules).Any(rule => reason.StartsWith(rule.Word, StringComparison.Ordinal)
            && (rule.Period(lost) == rule.Period(added)
                || reason == $"{rule.Word}-{rule.Count.ToString(CultureInfo.InvariantCulture)}"
                || reason.StartsWith($"{rule.Word}-partial", StringComparison.Ordinal))));
    }

    private static IEnumerable<(string Word, int Count, Func<RetentionItem, string> Period)> Rules(RetentionRules rules)
    {
        DateTimeOffset Local(RetentionItem item) => TimeZoneInfo.ConvertTime(item.Created, rules.Zone);
        string Say(RetentionItem item, string format) => Local(item).ToString(format, CultureInfo.InvariantCulture);
        yield return ("last", rules.Policy.KeepLast, item => item.Id);
        yield return ("hourly", rules.Policy.KeepHourly, item => Say(item, "yyyy-MM-dd HH zzz"));
        yield return ("daily", rules.Policy.KeepDaily, item => Say(item, "yyyy-MM-dd"));
        // The Thursday of a week tells the year that the week belongs to.
        yield return ("weekly", rules.Policy.KeepWeekly, item => Local(item).Date.AddDays(3 - (((int)Local(item).DayOfWeek + 6) % 7))
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        yield return ("monthly", rules.Policy.KeepMonthly, item => Say(item, "yyyy-MM"));
        yield return ("yearly", rules.Policy.KeepYearly, item => Say(item, "yyyy"));
    }

    private static bool IsCandidate(RetentionItem item, List<RetentionItem> items, RetentionRules rules) =>
        item.State is BackupState.Ready or BackupState.Partial
        && !(item.PreserveUntil > rules.Now)
        && !(item.Created > rules.Now + rules.ClockTolerance)
        && !(rules.Policy.KeepWithin is { } within && (within == RetentionPolicy.ForEver || item.Created >= rules.Now - within))
        && items.Count > 0;

    private static bool IsReady(RetentionItem item) => item is { State: BackupState.Ready, IsWhole: true };

    private static HashSet<RetentionItem> Kept(List<RetentionItem> items, RetentionRules rules) =>
        [.. RetentionEvaluator.Evaluate(items, rules).Where(verdict => verdict.IsKept).Select(verdict => verdict.Item)];

    private static string Text(RetentionVerdict verdict) => $"{verdict.Item.Id} {verdict.IsKept} {string.Join(';', verdict.Reasons)}";
}
