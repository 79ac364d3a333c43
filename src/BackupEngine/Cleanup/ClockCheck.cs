namespace CloudBackup.Cleanup;

/// <summary>
/// Looks whether the clock has gone on steadily. A platform that backs up and cleans up leaves traces of its clock: a gap of more than a
/// month between them is a platform that was off, or a clock that jumped ahead, and would make good backups look old.
/// </summary>
internal static class ClockCheck
{
    private static readonly TimeSpan LongestGap = TimeSpan.FromDays(31);

    /// <summary>The latest time that is beyond doubt, when that is not now; null when the clock went on steadily.</summary>
    public static DateTimeOffset? FindLastTrusted(CleanupFacts facts)
    {
        var own = facts.Candidates.Where(candidate => candidate.Record.IsLocal);
        // A platform that was restored, or knows its backups from a sync, has left few traces or none: those of its predecessor count too. They
        // are not trusted, so they can raise a doubt, but remove none.
        return FindGap(facts, own) ?? FindGap(facts, facts.Candidates);
    }

    private static DateTimeOffset? FindGap(CleanupFacts facts, IEnumerable<CleanupCandidate> candidates)
    {
        var now = facts.Rules.Now;
        var traces = candidates.Select(candidate => candidate.Record.Backup.Created);
        if (facts.Site.LastCleanup is { } cleanup)
        {
            traces = traces.Where(trace => trace > cleanup).Append(cleanup);
        }
        var later = now;
        foreach (var trace in traces.Where(trace => trace <= now).OrderDescending())
        {
            if (later - trace > LongestGap)
            {
                return trace;
            }
            later = trace;
        }
        return null;
    }
}
