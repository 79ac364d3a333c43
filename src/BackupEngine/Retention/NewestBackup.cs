using CloudBackup.Infrastructure;

namespace CloudBackup.Retention;

/// <summary>
/// Which of several backups is the newest: the one rule for all that asks. A backup that is not trusted counts only where there is no other,
/// whatever its time stamp. A time stamp in the future comes from a clock that was wrong, so such a
/// backup counts only where there is no other. The rest is in the order in which it was made: by time stamp, or, for a backup that was made while
/// the clock was behind an earlier backup's, just after that one.
/// </summary>
internal static class NewestBackup
{
    /// <summary>The clocks of two machines are never equal: this much later than now is no future.</summary>
    public static TimeSpan ClockTolerance { get; } = TimeSpan.FromMinutes(5);

    /// <summary>The most times that <see cref="SiteBackup.MadeAfterAlso"/> holds.</summary>
    public const int MostAlso = 16;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    /// <summary>Whether a time stamp comes from a clock that was wrong.</summary>
    public static bool IsFuture(DateTimeOffset created, DateTimeOffset now) => created - now > ClockTolerance;

    /// <summary>When a backup counts as made.</summary>
    /// <param name="created">Its time stamp.</param>
    /// <param name="madeAfter">The time of a backup that was there already and has a later time stamp; null when there was none.</param>
    /// <param name="now">The time.</param>
    /// <param name="tolerance">How much later than now is no future.</param>
    public static DateTimeOffset Rank(DateTimeOffset created, DateTimeOffset? madeAfter, DateTimeOffset now, TimeSpan tolerance) =>
        // When the other time is the one that is wrong, it says nothing.
        madeAfter is { } after && after > created && after - now <= tolerance ? after : created;

    /// <summary>The backups, the newest first.</summary>
    public static IEnumerable<T> NewestFirst<T>(this IEnumerable<T> backups, DateTimeOffset now)
        where T : SiteBackup => backups.NewestFirst(backup => backup, now);

    /// <summary>What holds backups, that of the newest backup first.</summary>
    public static IEnumerable<T> NewestFirst<T>(this IEnumerable<T> holders, Func<T, SiteBackup> backupOf, DateTimeOffset now) => holders
        .Sort(holder => backupOf(holder) is var backup ? (backup.Trusted, backup.Created, Later(backup, now)) : default, now)
        .ThenBy(holder => backupOf(holder).Id, StringComparer.Ordinal);

    /// <summary>The time stamp of the newest; null when there is none.</summary>
    public static DateTimeOffset? FindNewest(IEnumerable<(bool Trusted, DateTimeOffset Created, DateTimeOffset? MadeAfter)> times, DateTimeOffset now) =>
        times.Sort(time => time, now).Select(time => (DateTimeOffset?)time.Created).FirstOrDefault();

    /// <summary>The backups that decide: the trusted ones, or all where no trusted one holds data.</summary>
    public static IEnumerable<T> TrustedOrAll<T>(this IReadOnlyCollection<T> backups)
        where T : SiteBackup =>
        backups.Any(IsTrusted) ? backups.Where(backup => backup.Trusted) : backups;

    /// <summary>
    /// What a backup that is made now notes as <see cref="SiteBackup.MadeAfter"/> and <see cref="SiteBackup.MadeAfterAlso"/>: a moment after the newest
    /// that is there, when the clock is behind that, and a moment after others that the clock is behind; null when the clock goes right. Which of the
    /// times is wrong shows only later. Each wrong clock leaves a gap between the times, so of too many those below the widest gaps are kept.
    /// </summary>
    /// <param name="earlier">The backups that are there.</param>
    /// <param name="now">The time.</param>
    public static (DateTimeOffset? After, IReadOnlyList<DateTimeOffset>? Also) FindLater(IEnumerable<SiteBackup> earlier, DateTimeOffset now)
    {
        var later = earlier.SelectMany(backup => (backup.MadeAfterAlso ?? []).Append(backup.MadeAfter ?? backup.Created).Append(backup.Created))
            .Where(time => time > now).Distinct().OrderDescending().ToList();
        if (later.Count == 0)
        {
            return (null, null);
        }
        var also = Enumerable.Range(1, later.Count - 1).OrderByDescending(i => later[i - 1] - later[i]).Take(MostAlso).Order()
            .Select(i => OutsideTime.Add(later[i], Moment)).ToList();
        return (OutsideTime.Add(later[0], Moment), also.Count > 0 ? also : null);
    }

    /// <summary>The latest of the times that a backup notes that is none of the future; null when there is none.</summary>
    public static DateTimeOffset? Later(DateTimeOffset? after, IReadOnlyList<DateTimeOffset>? also, DateTimeOffset now, TimeSpan tolerance) =>
        (also ?? []).Select(time => (DateTimeOffset?)time).Append(after).Where(time => time - now <= tolerance).Max();

    private static DateTimeOffset? Later(SiteBackup backup, DateTimeOffset now) => Later(backup.MadeAfter, backup.MadeAfterAlso, now, ClockTolerance);

    private static bool IsTrusted(SiteBackup backup) => backup is { Trusted: true, HoldsData: true };

    private static IOrderedEnumerable<T> Sort<T>(
        this IEnumerable<T> items, Func<T, (bool Trusted, DateTimeOffset Created, DateTimeOffset? MadeAfter)> timesOf, DateTimeOffset now) => items
        .OrderByDescending(item => timesOf(item).Trusted)
        .ThenBy(item => IsFuture(timesOf(item).Created, now))
        .ThenByDescending(item => Rank(timesOf(item).Created, timesOf(item).MadeAfter, now, ClockTolerance))
        .ThenByDescending(item => timesOf(item).Created);
}
