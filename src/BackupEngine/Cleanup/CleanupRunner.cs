using System.Collections.Concurrent;
using CloudBackup.Backup;
using CloudBackup.Catalog;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Retention;
using CloudBackup.Storage;
using CloudBackup.Sync;

namespace CloudBackup.Cleanup;

/// <summary>
/// Executes a plan: the platform's backups first, then those of several apps at a time. Each owner's lock is taken, so that no backup, restore
/// or removal of the owner meets the cleanup; an owner in use is left for next time.
/// </summary>
internal sealed class CleanupRunner(
    EngineContext context, CleanupPlan plan, IBackupStorage storage, Action<RetentionDecision> emit, IOperationObserver observer)
{
    private const int OwnersAtATime = 4;

    private readonly ConcurrentDictionary<string, RetentionDecision> _done = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<BackupException> _failures = new();
    private readonly Dictionary<string, CleanupCandidate> _known =
        plan.Facts.Candidates.ToDictionary(candidate => candidate.Record.Backup.Id, StringComparer.Ordinal);
    private volatile StorageException? _outage;

    /// <summary>Executes the plan.</summary>
    public async Task<CleanupResult> RunAsync(Func<string, bool> isApproved, CancellationToken cancellationToken)
    {
        CleanupInspector.RequireRows(context, plan.Site.Name);
        var removals = plan.Decisions.Where(decision => decision.Action == RetentionAction.Remove).ToList();
        if (plan.SetAside.Count > 0)
        {
            observer.OnWarning(
                $"{plan.SetAside.Count} backups on {plan.Site.Name} that are not trusted would go, more than -MaxRemove allows, such as "
                + $"{plan.SetAside.Order(StringComparer.Ordinal).First()}. They stay this time. Check who wrote them, then allow more.");
        }
        foreach (var kept in plan.Decisions.Where(decision => decision.Action != RetentionAction.Remove))
        {
            Note(kept with { Outcome = CleanupOutcome.Kept });
        }
        foreach (var declined in removals.Where(decision => plan.SetAside.Contains(decision.Id) || !isApproved(decision.Id)))
        {
            Note(declined with { Outcome = CleanupOutcome.Postponed });
        }
        var owners = removals.Where(decision => !_done.ContainsKey(decision.Id)).ToLookup(decision => new BackupOwner(decision.AppId));
        var unsettled = plan.Facts.Candidates.Where(candidate => candidate.IsToBeSettled).Select(candidate => candidate.Record.Owner).ToHashSet();
        // What platform backups that stay stand on must stay too; so it is settled first which of them stay.
        if (owners.Contains(BackupOwner.Platform) || unsettled.Contains(BackupOwner.Platform))
        {
            await RemoveAsync(BackupOwner.Platform, [.. owners[BackupOwner.Platform]], cancellationToken).ConfigureAwait(false);
        }
        var options = new ParallelOptions { MaxDegreeOfParallelism = OwnersAtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            owners.Select(group => group.Key).Union(unsettled).Where(owner => owner != BackupOwner.Platform),
            options,
            async (owner, token) => await RemoveAsync(owner, [.. owners[owner]], token).ConfigureAwait(false)).ConfigureAwait(false);
        await RemoveLeftOversAsync(isApproved, cancellationToken).ConfigureAwait(false);
        return new CleanupResult([.. plan.Decisions.Select(decision => _done[decision.Id])], [.. _failures]);
    }

    private async Task RemoveAsync(BackupOwner owner, IReadOnlyList<RetentionDecision> decisions, CancellationToken cancellationToken)
    {
        using var ownerLock = AppLock.TryTake(context, owner, "cleanup", out var user);
        if (ownerLock is null || _outage is not null)
        {
            var why = _outage?.Message ?? $"{(owner == BackupOwner.Platform ? "The platform" : LocationOf(owner, decisions))} is in use: {user}.";
            observer.OnWarning($"{decisions.Count} backups are left for the next cleanup. {why}");
            Note(decisions, CleanupOutcome.Postponed, why);
            return;
        }
        try
        {
            await DeadRuns.SettleAsync(context, owner, plan.Site, storage, observer, cancellationToken).ConfigureAwait(false);
            await RemoveLockedAsync(owner, decisions, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException failure)
        {
            _outage = failure.IsOutage ? failure : _outage;
            foreach (var decision in decisions.Where(decision => !_done.ContainsKey(decision.Id)))
            {
                Fail(decision, failure);
            }
        }
    }

    private async Task RemoveLockedAsync(BackupOwner owner, IReadOnlyList<RetentionDecision> decisions, CancellationToken cancellationToken)
    {
        var records = context.Backups.ListOf(owner, plan.Site.Name).ToDictionary(record => record.Backup.Id, StringComparer.Ordinal);
        var verdicts = WeighAgain(owner, records.Values);
        var remove = new List<BackupRecord>();
        foreach (var decision in decisions)
        {
            if (!records.TryGetValue(decision.Id, out var record))
            {
                // Another process was quicker.
                Note(decision with { Outcome = decision.Reasons.Contains(RetentionReasons.Gone) ? CleanupOutcome.Dropped : CleanupOutcome.Removed });
            }
            else if (record.Backup.State == BackupState.Creating)
            {
                Note(decision with { Outcome = CleanupOutcome.Postponed, Error = "Its record in the storage cannot be read." });
            }
            else if (decision.Reasons.Contains(RetentionReasons.Gone))
            {
                await DropAsync(decision, record, cancellationToken).ConfigureAwait(false);
            }
            else if (verdicts[decision.Id] is { IsKept: true } verdict)
            {
                Note(decision with { Action = RetentionAction.Keep, Reasons = verdict.Reasons, Outcome = CleanupOutcome.Kept });
            }
            else
            {
                observer.OnStep($"Removing {record.Backup.RemotePath} from {plan.Site.Name}: {decision.Reason}.");
                remove.Add(record);
            }
        }
        var failures = await new BackupRemoval(context, storage).RemoveAsync(remove, cancellationToken).ConfigureAwait(false);
        foreach (var decision in decisions.Where(decision => !_done.ContainsKey(decision.Id)))
        {
            if (failures.TryGetValue(decision.Id, out var failure))
            {
                Fail(decision, failure);
            }
            else
            {
                Note(decision with { Outcome = CleanupOutcome.Removed });
            }
        }
    }

    /// <summary>Weighs an owner's backups as they are now, with all that the plan found out about the storage.</summary>
    private Dictionary<string, RetentionVerdict> WeighAgain(BackupOwner owner, IEnumerable<BackupRecord> records)
    {
        var candidates = records.Select(record => _known.TryGetValue(record.Backup.Id, out var before)
            ? before with { Record = record, IsRunLive = false }
            : new CleanupCandidate(record));
        var holders = owner == BackupOwner.Platform
            ? []
            : context.Backups.ListOf(BackupOwner.Platform, plan.Site.Name).Select(record => record.Backup).OfType<PlatformBackup>()
                .Where(backup => backup.State is BackupState.Ready or BackupState.Partial or BackupState.Creating);
        var references = RetentionEvaluator.References(holders.Select(holder => new RetentionHolder(holder.Id, holder.Trusted, holder.DependsOn)));
        return RetentionEvaluator.EvaluateOwner(owner, CleanupPlanner.Items(plan.Facts, candidates), references, plan.Facts.Rules)
            .ToDictionary(verdict => verdict.Item.Id, StringComparer.Ordinal);
    }

    /// <summary>Drops the record of a backup that the storage does not show, if that is still so.</summary>
    private async Task DropAsync(RetentionDecision decision, BackupRecord record, CancellationToken cancellationToken)
    {
        var paths = BackupPaths.Of(record.Backup);
        if (await StoredProof.HasAnyAsync(storage, [paths.Info, paths.Index, paths.Archive], cancellationToken).ConfigureAwait(false))
        {
            Note(decision with { Outcome = CleanupOutcome.Postponed, Error = "It is in the storage again." });
            return;
        }
        AbsentBackup.Drop(context, record.Backup, observer);
        Note(decision with { Outcome = CleanupOutcome.Dropped });
    }

    private async Task RemoveLeftOversAsync(Func<string, bool> isApproved, CancellationToken cancellationToken)
    {
        foreach (var item in plan.LeftOvers.Where(item => isApproved(item.Path)).TakeWhile(_ => _outage is null))
        {
            try
            {
                await new LeftOverRemoval(context, plan.Site, storage, observer).RemoveAsync(item, cancellationToken).ConfigureAwait(false);
            }
            catch (StorageException failure)
            {
                _outage = failure.IsOutage ? failure : _outage;
                _failures.Enqueue(BackupErrors.CleanupFailed(item.ToString(), StorageFailure.Explain(plan.Site.Name, failure)));
            }
        }
    }

    private static string LocationOf(BackupOwner owner, IReadOnlyList<RetentionDecision> decisions) =>
        decisions.Count > 0 ? decisions[0].Location ?? owner.ToString() : owner.ToString();

    private void Note(RetentionDecision decision)
    {
        _done[decision.Id] = decision;
        emit(decision);
    }

    private void Note(IEnumerable<RetentionDecision> decisions, CleanupOutcome outcome, string why)
    {
        foreach (var decision in decisions)
        {
            Note(decision with { Outcome = outcome, Error = why });
        }
    }

    private void Fail(RetentionDecision decision, StorageException failure)
    {
        Note(decision with { Outcome = CleanupOutcome.Failed, Error = failure.Message });
        _failures.Enqueue(BackupErrors.CleanupFailed($"the backup {decision.Id}", StorageFailure.Explain(plan.Site.Name, failure)));
    }
}
