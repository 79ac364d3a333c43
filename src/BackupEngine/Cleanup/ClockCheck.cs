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
        var now = facts.Rules.Now;
        var traces = facts.Candidates.Where(candidate => candidate.Record.IsLocal).Select(candidate => candidate.Record.Backup.Created);
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
