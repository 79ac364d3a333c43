using CloudBackup.Platform;
using CloudBackup.PlatformRestore;
using CloudBackup.Progress;
using CloudBackup.Sites;

namespace CloudBackup;

/// <summary>Brings a whole platform back from one of its backups, on this machine or a new one.</summary>
public sealed class PlatformRestoreService
{
    private readonly EngineContext _context;
    private readonly SiteStorage _storages;
    private readonly OperationList _operations;

    internal PlatformRestoreService(EngineContext context, SiteStorage storages, OperationList operations)
    {
        _context = context;
        _storages = storages;
        _operations = operations;
    }

    /// <summary>
    /// Finds out what a restore would do, and what stands in its way. The storage is only read; the platform is not changed, and is locked
    /// until the plan is disposed.
    /// </summary>
    /// <exception cref="BackupException">The backup cannot be found, opened or read, or the platform is in use.</exception>
    public Task<PlatformRestorePlan> PlanAsync(
        PlatformRestoreOptions options, IOperationObserver observer, CancellationToken cancellationToken) =>
        new PlatformRestorePlanner(_context, _storages).RunAsync(options, observer, cancellationToken);

    /// <summary>
    /// Carries a plan out: the platform itself, then the data of its apps. An app that fails stays in state Error, and the others go on. What
    /// was interrupted ends right when it is planned and run again.
    /// </summary>
    /// <exception cref="BackupException">The plan is refused, or the platform itself could not be restored.</exception>
    public Task<PlatformRestoreResult> RunAsync(
        PlatformRestorePlan plan, IOperationObserver observer, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            OperationKind.PlatformRestore,
            plan.Source.Site.Name,
            observer,
            (scope, token) => new PlatformRestorer(_context, _storages, scope).RunAsync(plan, token),
            cancellationToken);
}
