namespace CloudBackup.Cleanup;

/// <summary>What a cleanup is going to do. Nothing is touched until the plan is executed.</summary>
public sealed class CleanupPlan
{
    internal CleanupPlan(CleanupFacts facts, IReadOnlyList<RetentionDecision> decisions, IReadOnlyList<CleanupLeftOver> leftOvers)
    {
        Facts = facts;
        Decisions = decisions;
        LeftOvers = leftOvers;
    }

    /// <summary>The site.</summary>
    public BackupSite Site => Facts.Site;

    /// <summary>The decision on each backup that the catalog knows, newest first.</summary>
    public IReadOnlyList<RetentionDecision> Decisions { get; }

    /// <summary>What goes besides backups.</summary>
    public IReadOnlyList<CleanupLeftOver> LeftOvers { get; }

    /// <summary>The backups that are not trusted and stay this time: more than the limit of the last <see cref="Check"/>.</summary>
    internal IReadOnlySet<string> SetAside { get; private set; } = new HashSet<string>();

    /// <summary>What was decided on.</summary>
    internal CleanupFacts Facts { get; }

    /// <summary>Checks that the plan does no more than is expected.</summary>
    /// <param name="maxRemove">The most backups with data that may go; null for any number.</param>
    /// <param name="isClockRight">Whether you say that the clock is right.</param>
    /// <exception cref="BackupException">It does more, or it depends on a clock that may have jumped.</exception>
    public void Check(int? maxRemove, bool isClockRight)
    {
        var trusted = Facts.Candidates.Where(candidate => candidate.HoldsData && candidate.Record.Backup.Trusted)
            .Select(candidate => candidate.Record.Backup.Id).ToHashSet(StringComparer.Ordinal);
        var removals = Decisions.Where(decision =>
            decision is { Action: RetentionAction.Remove, State: BackupState.Ready or BackupState.Partial }).Select(decision => decision.Id).ToList();
        // Anyone who can write to the storage can add backups that are not trusted: they must not stop what is done with the others.
        var others = trusted.Count > 0 ? removals.FindAll(id => !trusted.Contains(id)) : [];
        if (removals.Count - others.Count > maxRemove)
        {
            throw BackupErrors.TooManyRemovals(Site.Name, removals.Count - others.Count, maxRemove.Value);
        }
        SetAside = others.Count > maxRemove ? others.ToHashSet(StringComparer.Ordinal) : [];
        if (!isClockRight && CleanupPlanner.InDoubt(Facts, Decisions) is { Count: > 0 } doubtful)
        {
            throw BackupErrors.ClockDoubtful(Site.Name, ClockCheck.FindLastTrusted(Facts)!.Value, Facts.Rules.Now, doubtful.Count);
        }
    }
}

/// <summary>What came of a cleanup.</summary>
/// <param name="Decisions">The decision on each backup, newest first.</param>
/// <param name="Failures">What could not be removed; the next cleanup tries again.</param>
public sealed record CleanupResult(IReadOnlyList<RetentionDecision> Decisions, IReadOnlyList<BackupException> Failures);
