using CloudBackup.Catalog;
using CloudBackup.Retention;
using CloudBackup.Sync;

namespace CloudBackup.Cleanup;

/// <summary>Decides what a cleanup does. Pure: the same facts give the same decisions.</summary>
internal static class CleanupPlanner
{
    /// <summary>The decision on each backup, newest first.</summary>
    public static IReadOnlyList<RetentionDecision> Decide(CleanupFacts facts)
    {
        var candidates = facts.Candidates.ToDictionary(candidate => candidate.Record.Backup.Id);
        var weighed = RetentionEvaluator.Evaluate(Items(facts, facts.Candidates), facts.Rules)
            .Select(verdict => DecisionOf(candidates[verdict.Item.Id], verdict));
        var gone = facts.Candidates.Where(IsGone).Select(candidate => DecisionOf(candidate.Record.Backup, false, [RetentionReasons.Gone]));
        return [.. weighed.Concat(gone).OrderByDescending(decision => decision.Created).ThenBy(decision => decision.Id, StringComparer.Ordinal)];
    }

    /// <summary>What of some backups is weighed: everything but those whose data is gone.</summary>
    public static IEnumerable<RetentionItem> Items(CleanupFacts facts, IEnumerable<CleanupCandidate> candidates) =>
        candidates.Where(candidate => !IsGone(candidate)).Select(candidate => ItemOf(facts, candidate));

    /// <summary>
    /// The backups that only go because much time has passed at once: the platform was off for long, or its clock has jumped. Nobody but
    /// a person knows which.
    /// </summary>
    public static IReadOnlyList<RetentionDecision> InDoubt(CleanupFacts facts, IEnumerable<RetentionDecision> decisions)
    {
        if (ClockCheck.FindLastTrusted(facts) is not { } trusted)
        {
            return [];
        }
        var rules = facts.Rules with { Now = trusted, ClockTolerance = TimeSpan.MaxValue };
        var kept = RetentionEvaluator.Evaluate(Items(facts, facts.Candidates), rules)
            .Where(verdict => verdict.IsKept).Select(verdict => verdict.Item.Id).ToHashSet(StringComparer.Ordinal);
        return [.. decisions.Where(decision => decision.Action == RetentionAction.Remove && kept.Contains(decision.Id))];
    }

    private static bool IsGone(CleanupCandidate candidate) => candidate is { HoldsData: true, Presence: BackupPresence.Gone };

    private static RetentionItem ItemOf(CleanupFacts facts, CleanupCandidate candidate)
    {
        var backup = candidate.Record.Backup;
        return new RetentionItem
        {
            Id = backup.Id,
            Owner = candidate.Record.Owner,
            Created = backup.Created,
            MadeAfter = backup.MadeAfter,
            MadeAfterAlso = backup.MadeAfterAlso,
            State = backup.State,
            IsRunLive = candidate.IsRunLive,
            IsWhole = candidate.Presence == BackupPresence.Whole,
            IsTrusted = backup.Trusted,
            IsMatched = backup.Origin == BackupOrigin.Matched,
            IsForeign = IsForeign(facts, candidate.Record),
            PreserveUntil = backup.PreserveUntil,
            DependsOn = backup is PlatformBackup platform ? platform.DependsOn : [],
        };
    }

    // Only what a sync found in the storage can be another platform's.
    private static bool IsForeign(CleanupFacts facts, BackupRecord record) => !record.IsLocal
        && (record.Backup is PlatformBackup platform ? !facts.Platforms.Contains(platform.PlatformId) : !facts.Owners.Contains(record.Owner));

    /// <summary>What is on another disk is weighed with the others, and takes no place of theirs; it stays, whatever the verdict.</summary>
    private static RetentionDecision DecisionOf(CleanupCandidate candidate, RetentionVerdict verdict) => candidate.Presence == BackupPresence.Elsewhere
        ? DecisionOf(candidate.Record.Backup, true, [RetentionReasons.Elsewhere])
        : DecisionOf(candidate.Record.Backup, verdict.IsKept, verdict.Reasons);

    private static RetentionDecision DecisionOf(SiteBackup backup, bool isKept, IReadOnlyList<string> reasons)
    {
        var app = backup as AppBackup;
        return new RetentionDecision
        {
            Id = backup.Id,
            Site = backup.Site,
            AppId = app?.AppId,
            Location = app?.Location,
            Created = backup.Created,
            State = backup.State,
            Size = backup.Size,
            Label = backup.Label,
            Action = isKept ? RetentionAction.Keep : RetentionAction.Remove,
            Reasons = reasons,
        };
    }
}
