using CloudBackup.Backup;
using CloudBackup.Catalog;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Reading;
using CloudBackup.Retention;
using CloudBackup.Sites;

namespace CloudBackup;

/// <summary>The backups of the platform.</summary>
public sealed class PlatformBackupService
{
    private readonly EngineContext _context;
    private readonly SiteStorage _storages;
    private readonly OperationList _operations;

    internal PlatformBackupService(EngineContext context, SiteStorage storages, OperationList operations)
    {
        _context = context;
        _storages = storages;
        _operations = operations;
    }

    /// <summary>
    /// Backs up all apps, then the platform; null when the site keeps nothing. Apps that failed are told in the result, each with the
    /// failure itself.
    /// </summary>
    /// <exception cref="BackupException">The platform itself could not be backed up; backups of apps that were made stay.</exception>
    public Task<PlatformBackup?> CreateAsync(
        PlatformBackupOptions options, IOperationObserver observer, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            OperationKind.PlatformBackup,
            options.Site ?? "",
            observer,
            (scope, token) => new PlatformBackupRunner(_context, _storages).RunAsync(options, scope, token),
            cancellationToken);

    /// <summary>The backups of the platform, newest first.</summary>
    public IReadOnlyList<PlatformBackup> List(string? site = null) =>
        [.. _context.Backups.List(site: site).Select(record => record.Backup).OfType<PlatformBackup>()];

    /// <summary>The newest Ready backup of the platform, as for apps; null when there is none.</summary>
    public PlatformBackup? FindNewest(string? site = null) =>
        List(site).Where(backup => backup.State == BackupState.Ready).ToList().TrustedOrAll().NewestFirst(_context.Time.GetUtcNow()).FirstOrDefault();

    /// <summary>The backup of an id.</summary>
    /// <exception cref="BackupException">There is none.</exception>
    public PlatformBackup Get(string id) => (PlatformBackup)Find(id).Backup;

    /// <summary>Reads the platform's own data back and checks every hash, and that every app backup that it depends on is known and Ready.</summary>
    /// <exception cref="BackupException">There is no such backup, or the storage cannot be reached. Damage is a result, no exception.</exception>
    public Task<BackupTestResult> TestAsync(string id, IOperationObserver observer, CancellationToken cancellationToken) =>
        TestAsync(id, deep: true, observer, cancellationToken);

    /// <summary>Checks the platform's own data, and that every app backup that it depends on is known and Ready.</summary>
    /// <param name="id">The backup.</param>
    /// <param name="deep">
    /// Whether all content is read; if not, a backup of the format rsync is only compared with a listing of its folder. Others are always read.
    /// </param>
    /// <param name="observer">Is told of steps.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    /// <exception cref="BackupException">There is no such backup, or the storage cannot be reached. Damage is a result, no exception.</exception>
    public async Task<BackupTestResult> TestAsync(string id, bool deep, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var record = Find(id);
        var result = await _operations.RunAsync(
            OperationKind.Test,
            id,
            observer,
            (scope, token) => new BackupTester(_context, _storages).RunAsync(record, deep, scope, token),
            cancellationToken).ConfigureAwait(false);
        BackupProblem[] problems = [.. result.Problems, .. FindMissing((PlatformBackup)record.Backup)];
        return result with { IsValid = problems.Length == 0, Problems = problems };
    }

    /// <summary>Removes a backup from the storage, then its record (I4). The app backups that it depends on stay.</summary>
    /// <exception cref="BackupException">There is no such backup, the platform is being backed up, or the storage failed.</exception>
    public Task RemoveAsync(string id, IOperationObserver observer, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            OperationKind.Removal,
            id,
            observer,
            (scope, token) => new BackupOperations(_context, _storages).RemoveAsync(Find(id), scope, token),
            cancellationToken);

    private IEnumerable<BackupProblem> FindMissing(PlatformBackup backup) => backup.DependsOn
        .Where(id => _context.Backups.Find(id) is not { Backup.State: BackupState.Ready })
        .Select(id => new BackupProblem("", $"It depends on the app backup '{id}', which is not there or not Ready."));

    private BackupRecord Find(string id) =>
        _context.Backups.Find(id) is { Backup: PlatformBackup } record ? record : throw BackupErrors.PlatformBackupNotFound(id);
}
