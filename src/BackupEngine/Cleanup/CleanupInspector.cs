using CloudBackup.Backup;
using CloudBackup.Catalog;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Retention;
using CloudBackup.Storage;
using CloudBackup.Sync;

namespace CloudBackup.Cleanup;

/// <summary>Gathers what a cleanup decides on. Only reads.</summary>
internal sealed class CleanupInspector(EngineContext context, BackupSite site, IBackupStorage storage, IOperationObserver observer)
{
    private readonly Dictionary<BackupOwner, bool> _isOwnerBusy = [];

    /// <summary>Looks, and decides.</summary>
    /// <exception cref="BackupException">Nothing of what the catalog knows is in the storage.</exception>
    /// <exception cref="StorageException">The storage cannot be listed.</exception>
    public async Task<CleanupPlan> PlanAsync(CancellationToken cancellationToken)
    {
        RequireRows(context, site.Name);
        // In this order: what is in the catalog before the storage is listed and not in the listing is gone.
        var records = context.Backups.List(site: site.Name);
        var listing = await StoreListing.ReadAsync(storage, cancellationToken).ConfigureAwait(false);
        var candidates = new List<CleanupCandidate>(records.Count);
        foreach (var record in records)
        {
            candidates.Add(await LookAsync(record, listing, cancellationToken).ConfigureAwait(false));
        }
        var held = candidates.Where(candidate => candidate.HoldsData).ToList();
        if (held.Count > 0 && held.TrueForAll(candidate => candidate.Presence == BackupPresence.Gone))
        {
            throw BackupErrors.StorageLooksEmpty(site.Name, held.Count);
        }
        candidates = MarkElsewhere(await AskByNameAsync(candidates, cancellationToken).ConfigureAwait(false));
        var facts = FactsOf(candidates);
        var decisions = CleanupPlanner.Decide(facts);
        Report(candidates, decisions, listing);
        var leftOvers = await new LeftOverFinder(context, facts, storage, observer).FindAsync(listing, cancellationToken).ConfigureAwait(false);
        return new CleanupPlan(facts, decisions, leftOvers);
    }

    /// <summary>Refuses a cleanup that cannot know which backups are depended on, or which apps are registered.</summary>
    /// <exception cref="BackupException">A row of the catalog cannot be read.</exception>
    public static void RequireRows(EngineContext context, string site)
    {
        var apps = context.Apps.ListUnreadable().Where(row => row.AppId is null);
        UnreadableRow.RequireNone(context.Backups.ListUnreadable(site, mayBePlatforms: true).Concat(apps), "cleanup");
    }

    private CleanupFacts FactsOf(List<CleanupCandidate> candidates)
    {
        var apps = context.Apps.List().Select(app => app.Id)
            .Concat(context.Apps.ListUnreadable().Select(row => row.AppId).OfType<Guid>()).ToHashSet();
        var local = context.Backups.List().Where(record => record.IsLocal).ToList();
        var policy = site.Retention ?? new RetentionPolicy { KeepWithin = RetentionPolicy.ForEver };
        if (site.Retention is null)
        {
            observer.OnStep($"The site {site.Name} has no retention policy: every good backup is kept. Set-BackupSite -Retention sets one.");
        }
        return new CleanupFacts
        {
            Site = site,
            Candidates = candidates,
            Owners = apps.Select(id => new BackupOwner(id)).Concat(local.Select(record => record.Owner)).ToHashSet(),
            Platforms = local.Select(record => record.Backup).OfType<PlatformBackup>().Select(backup => backup.PlatformId).ToHashSet(),
            Rules = new RetentionRules
            {
                Policy = policy,
                Zone = FindZone(policy),
                Now = context.NowInMilliseconds(),
                RegisteredApps = apps,
            },
        };
    }

    private TimeZoneInfo FindZone(RetentionPolicy policy)
    {
        try
        {
            return policy.FindZone(context.Time.LocalTimeZone);
        }
        catch (BackupException)
        {
            throw BackupErrors.RetentionZoneUnknown(site.Name, policy.TimeZone!);
        }
    }

    private async Task<CleanupCandidate> LookAsync(BackupRecord record, StoreListing listing, CancellationToken cancellationToken)
    {
        switch (record.Backup.State)
        {
            case BackupState.Ready or BackupState.Partial:
                return new CleanupCandidate(record, listing.PresenceOf(record.Backup));
            case BackupState.Creating when IsBusy(record.Owner):
                return new CleanupCandidate(record, IsRunLive: true);
            case BackupState.Creating:
                return await LookAsync(record, cancellationToken).ConfigureAwait(false);
            default:
                return new CleanupCandidate(record);
        }
    }

    /// <summary>Looks whether a run died between the last two steps: then everything is stored, and only the catalog does not know of it.</summary>
    private async Task<CleanupCandidate> LookAsync(BackupRecord record, CancellationToken cancellationToken)
    {
        var (stored, failure) = await DeadRuns.FindAsync(context, record, site, storage, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            observer.OnWarning(DeadRuns.WarningOf(record.Backup, failure));
            return new CleanupCandidate(record, IsRunLive: true); // nothing says that it is dead
        }
        return stored is null
            ? new CleanupCandidate(record)
            : new CleanupCandidate(stored) { IsToBeSettled = true };
    }

    /// <summary>A listing that does not show something proves nothing: before it counts against a backup, the storage is asked by name.</summary>
    private async Task<List<CleanupCandidate>> AskByNameAsync(List<CleanupCandidate> candidates, CancellationToken cancellationToken)
    {
        var asked = new List<CleanupCandidate>(candidates.Count);
        foreach (var candidate in candidates)
        {
            asked.Add(candidate is { HoldsData: true, Presence: not BackupPresence.Whole }
                ? await AskByNameAsync(candidate, cancellationToken).ConfigureAwait(false)
                : candidate);
        }
        return asked;
    }

    private async Task<CleanupCandidate> AskByNameAsync(CleanupCandidate candidate, CancellationToken cancellationToken)
    {
        var backup = candidate.Record.Backup;
        var presence = await StoreListing.AskPresenceAsync(storage, backup, cancellationToken).ConfigureAwait(false);
        if (presence == BackupPresence.Torn
            && await StoredProof.FindObstacleAsync(storage, BackupPaths.Of(backup).Places, cancellationToken).ConfigureAwait(false) is { } obstacle)
        {
            observer.OnWarning(AbsentBackup.HiddenBy(backup, obstacle));
        }
        return candidate with { Presence = presence };
    }

    /// <summary>Disks that take turns, and a mount point that took a backup while its disk was not mounted: what is on the other one stays.</summary>
    private List<CleanupCandidate> MarkElsewhere(List<CleanupCandidate> candidates)
    {
        var elsewhere = Medium.FindElsewhere(candidates.Where(candidate => candidate.HoldsData)
            .Select(candidate => (candidate.Record, candidate.Presence != BackupPresence.Gone))).ToHashSet();
        if (elsewhere.Count > 0)
        {
            observer.OnWarning(
                $"The site {site.Name} is another disk or bucket than {elsewhere.Count} backups that the catalog knows were on, such as "
                + $"{elsewhere.First().Backup.Id}. This cleanup leaves them and their records alone. If the wrong disk is mounted, mount the right one and repeat "
                + "it. If they are really gone, Remove-AppBackup drops their records.");
        }
        return candidates.ConvertAll(candidate => elsewhere.Contains(candidate.Record) ? candidate with { Presence = BackupPresence.Elsewhere } : candidate);
    }

    private bool IsBusy(BackupOwner owner)
    {
        if (!_isOwnerBusy.TryGetValue(owner, out var isBusy))
        {
            using var ownerLock = AppLock.TryTake(context, owner, "look for a cleanup", out _);
            _isOwnerBusy.Add(owner, isBusy = ownerLock is null);
        }
        return isBusy;
    }

    private void Report(List<CleanupCandidate> candidates, IReadOnlyList<RetentionDecision> decisions, StoreListing listing)
    {
        var future = decisions.Where(decision => decision.Reasons.Contains(RetentionReasons.Future)).ToList();
        if (future.Count > 0)
        {
            observer.OnWarning(
                $"{future.Count} backups on {site.Name} have time stamps in the future, such as {future[0].Id} of {future[0].Created:u}. They are "
                + "kept: check the clock of the machine that made them.");
        }
        var torn = candidates.Where(candidate => candidate is { HoldsData: true, Presence: BackupPresence.Torn }).ToList();
        if (torn.Count > 0)
        {
            observer.OnWarning(
                $"{torn.Count} backups on {site.Name} lack something in the storage, such as {torn[0].Record.Backup.Id}. They take no "
                + "place of others and stay as long as the policy would keep them; Test-AppBackup says what is missing.");
        }
        foreach (var decision in decisions.Where(decision => decision.Reasons.Contains(RetentionReasons.Gone)))
        {
            observer.OnWarning($"The backup {decision.Id} is gone from the site {site.Name}; its record is to be dropped.");
        }
        observer.OnDetail($"The dated folders on {site.Name} hold {listing.Count} objects.");
    }
}
