using CloudBackup.Cleanup;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Sites;
using CloudBackup.Storage;

namespace CloudBackup;

/// <summary>Cleanup: removes the backups that retention no longer keeps, and objects that no backup needs.</summary>
public sealed class CleanupService
{
    private readonly EngineContext _context;
    private readonly SiteStorage _storages;
    private readonly OperationList _operations;

    internal CleanupService(EngineContext context, SiteStorage storages, OperationList operations)
    {
        _context = context;
        _storages = storages;
        _operations = operations;
    }

    /// <summary>Looks at catalog and storage, and decides. Changes nothing.</summary>
    /// <param name="site">The site; null for the default one.</param>
    /// <param name="observer">Is told of what is odd.</param>
    /// <param name="cancellationToken">Stops the looking.</param>
    /// <exception cref="BackupException">
    /// There is no such site, its storage cannot be listed, or seems to be another one than the catalog knows: none of its backups is there.
    /// </exception>
    public Task<CleanupPlan> PlanAsync(string? site, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var found = _storages.Resolve(site);
        return _storages.UseAsync(found, observer, storage => new CleanupInspector(_context, found, storage, observer).PlanAsync(cancellationToken));
    }

    /// <summary>Does what a plan says, and returns every decision at the end.</summary>
    public Task<CleanupResult> ExecuteAsync(
        CleanupPlan plan, Func<string, bool> isApproved, IOperationObserver observer, CancellationToken cancellationToken) =>
        ExecuteAsync(plan, isApproved, _ => { }, observer, cancellationToken);

    /// <summary>
    /// Does what a plan says. Each app's backups are weighed once more, under the lock that backups of the app take: what must stay by now
    /// stays. What fails is told in the result, and the rest goes on.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="isApproved">Tells whether a backup (by id) or something left over (by path) may go.</param>
    /// <param name="emit">
    /// Receives each decision when it is carried out: first the backups that stay, then those of each app. Several threads call it.
    /// </param>
    /// <param name="observer">Is told of steps.</param>
    /// <param name="cancellationToken">Stops the cleanup; what is half removed goes with the next one.</param>
    /// <exception cref="BackupException">Another cleanup of the site is under way.</exception>
    public Task<CleanupResult> ExecuteAsync(
        CleanupPlan plan, Func<string, bool> isApproved, Action<RetentionDecision> emit, IOperationObserver observer, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            OperationKind.Cleanup,
            plan.Site.Name,
            observer,
            (scope, token) => _storages.UseAsync(plan.Site, scope, storage => ExecuteAsync(plan, storage, isApproved, emit, scope, token)),
            cancellationToken);

    private async Task<CleanupResult> ExecuteAsync(
        CleanupPlan plan,
        IBackupStorage storage,
        Func<string, bool> isApproved,
        Action<RetentionDecision> emit,
        IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        // Names of sites are equal whatever their case.
        using var siteLock = PlatformLock.TryTake(_context.Home, $"cleanup-{plan.Site.Name.ToLowerInvariant()}", "cleanup", _context.Time, out var user)
            ?? throw BackupErrors.SiteBusy(plan.Site.Name, user);
        var result = await new CleanupRunner(_context, plan, storage, emit, observer).RunAsync(isApproved, cancellationToken).ConfigureAwait(false);
        _context.Sites.NoteCleanup(plan.Site.Name, plan.Facts.Rules.Now);
        return result;
    }
}
