using CloudBackup.Catalog;
using CloudBackup.Infrastructure;
using CloudBackup.Restore;
using CloudBackup.Sites;

namespace CloudBackup.Backup;

/// <summary>The backups of apps.</summary>
public sealed class AppBackupService
{
    private readonly EngineContext _context;
    private readonly SiteStorage _storages;

    internal AppBackupService(EngineContext context, SiteStorage storages)
    {
        _context = context;
        _storages = storages;
    }

    /// <summary>Makes a backup; null when the site keeps nothing.</summary>
    /// <exception cref="BackupException">It failed, and nothing of it is in the storage.</exception>
    public Task<AppBackup?> CreateAsync(
        string location, AppBackupOptions options, IOperationObserver observer, CancellationToken cancellationToken) =>
        new AppBackupRunner(_context, _storages).RunAsync(location, options, observer, cancellationToken);

    /// <summary>The backups that fit every given condition, newest first. Dead runs are told as Failed.</summary>
    public IReadOnlyList<AppBackup> List(string? location = null, string? site = null) =>
        [.. _context.Backups.List(location, site).Select(record => record.Backup).OfType<AppBackup>()];

    /// <summary>The backup of an id.</summary>
    /// <exception cref="BackupException">There is none.</exception>
    public AppBackup Get(string id) => (AppBackup)Find(id).Backup;

    /// <summary>Reads a whole backup back and checks every hash.</summary>
    /// <exception cref="BackupException">There is no such backup, or the storage cannot be reached. Damage is a result, no exception.</exception>
    public Task<BackupTestResult> TestAsync(string id, IOperationObserver observer, CancellationToken cancellationToken) =>
        new BackupTester(_context, _storages).RunAsync(Find(id), observer, cancellationToken);

    /// <summary>Restores a backup in place, data and version.</summary>
    /// <exception cref="BackupException">It failed, and the data from before is in place.</exception>
    public Task<BackupApp> RestoreAsync(string id, IOperationObserver observer, CancellationToken cancellationToken) =>
        new AppRestorer(_context, _storages).RunAsync(id, observer, cancellationToken);

    /// <summary>Restores the content of a backup to a new or empty folder.</summary>
    /// <exception cref="BackupException">It failed, and the destination is as it was.</exception>
    public Task<DirectoryInfo> RestoreToAsync(
        string id, string destination, IOperationObserver observer, CancellationToken cancellationToken) =>
        new FolderRestorer(_context, _storages).RunAsync(id, destination, observer, cancellationToken);

    /// <summary>Sets label and preservation, here and in the storage.</summary>
    /// <param name="id">The backup.</param>
    /// <param name="change">Gets the backup and returns it with another label or preservation; nothing else may change.</param>
    /// <param name="observer">Is told of steps.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <exception cref="BackupException">There is no such backup, or the storage cannot be written to.</exception>
    public async Task<AppBackup> AnnotateAsync(
        string id, Func<AppBackup, AppBackup> change, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var record = Find(id);
        var wanted = change((AppBackup)record.Backup);
        var note = new BackupNote { Label = wanted.Label, PreserveUntil = wanted.PreserveUntil };
        return (AppBackup)await new BackupOperations(_context, _storages).AnnotateAsync(record, note, observer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes a backup from the storage, then its record (I4): a storage that fails keeps the record for the next try.</summary>
    /// <exception cref="BackupException">There is no such backup, it is being made, or the storage failed.</exception>
    public Task RemoveAsync(string id, IOperationObserver observer, CancellationToken cancellationToken) =>
        new BackupOperations(_context, _storages).RemoveAsync(Find(id), observer, cancellationToken);

    private BackupRecord Find(string id) =>
        _context.Backups.Find(id) is { Backup: AppBackup } record ? record : throw BackupErrors.BackupNotFound(id);
}
