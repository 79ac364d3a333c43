using System.Globalization;

namespace CloudBackup.Retention;

/// <summary>One rule of a policy that keeps the newest backup of each of a number of periods.</summary>
/// <param name="Word">Its word, such as <c>daily</c>.</param>
/// <param name="Count">How many periods.</param>
/// <param name="PeriodOf">
/// The period of a backup, given its place in the order and its time in the policy's zone; equal numbers are the same period.
/// </param>
internal sealed record PeriodRule(string Word, int Count, Func<int, DateTimeOffset, long> PeriodOf)
{
    /// <summary>The rules of a policy that ask for something.</summary>
    public static IReadOnlyList<PeriodRule> Of(RetentionPolicy policy) =>
    [
        .. new PeriodRule[]
        {
            new("last", policy.KeepLast, (place, _) => place),
            new("hourly", policy.KeepHourly, (_, local) => HourOf(local)),
            new("daily", policy.KeepDaily, (_, local) => local.Date.Ticks / TimeSpan.TicksPerDay),
            new("weekly", policy.KeepWeekly, (_, local) => (ISOWeek.GetYear(local.Date) * 100) + ISOWeek.GetWeekOfYear(local.Date)),
            new("monthly", policy.KeepMonthly, (_, local) => (local.Year * 100) + local.Month),
            new("yearly", policy.KeepYearly, (_, local) => local.Year),
        }.Where(rule => rule.Count > 0),
    ];

    // The hour that a clock goes through twice in autumn is two hours: they differ in the offset.
    private static long HourOf(DateTimeOffset local) =>
        (local.Ticks / TimeSpan.TicksPerHour * 10_000) + (long)local.Offset.TotalMinutes + 1_000;
}
