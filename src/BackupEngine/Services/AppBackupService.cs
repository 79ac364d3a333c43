using CloudBackup.Backup;
using CloudBackup.Catalog;
using CloudBackup.Clone;
using CloudBackup.Import;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Reading;
using CloudBackup.Restore;
using CloudBackup.Retention;
using CloudBackup.Sites;
using CloudBackup.Update;

namespace CloudBackup;

/// <summary>The backups of apps.</summary>
public sealed partial class AppBackupService
{
    private readonly EngineContext _context;
    private readonly SiteStorage _storages;
    private readonly OperationList _operations;

    internal AppBackupService(EngineContext context, SiteStorage storages, OperationList operations)
    {
        _context = context;
        _storages = storages;
        _operations = operations;
    }

    /// <summary>Makes a backup in a run of its own; null when the site keeps nothing.</summary>
    /// <exception cref="BackupException">It failed, and nothing of it is in the storage.</exception>
    public Task<AppBackup?> CreateAsync(
        string location, AppBackupOptions options, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var app = _context.Apps.Find(location) ?? throw BackupErrors.AppNotFound(location);
        var site = _storages.Resolve(options.Site);
        return _operations.RunAsync(
            OperationKind.Backup,
            app.Location,
            observer,
            (scope, token) => _storages.UseAsync(site, scope, storage =>
                new AppBatch(_context).BackUpAsync(app, BackupRun.Start(_context, site, storage, options, scope), token)),
            cancellationToken);
    }

    /// <summary>
    /// Makes backups of several apps in one run, up to <paramref name="throttle"/> at a time. A location that is named again is backed up once.
    /// </summary>
    /// <param name="locations">The apps.</param>
    /// <param name="options">The options of all backups.</param>
    /// <param name="throttle">How many apps are backed up concurrently.</param>
    /// <param name="onOutcome">Gets the outcome of each app when it is done, perhaps from several threads at once.</param>
    /// <param name="observer">Gets steps, warnings and progress.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <exception cref="BackupException">There is no such app or site. What goes wrong with one app is part of its outcome (I9).</exception>
    public Task CreateManyAsync(
        IReadOnlyList<string> locations,
        AppBackupOptions options,
        int throttle,
        Action<AppBackupOutcome> onOutcome,
        IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        List<BackupApp> apps =
            [.. locations.Select(location => _context.Apps.Find(location) ?? throw BackupErrors.AppNotFound(location)).DistinctBy(app => app.Id)];
        var site = _storages.Resolve(options.Site);
        return _operations.RunAsync(
            OperationKind.Backup,
            string.Join(", ", apps),
            observer,
            (scope, token) => _storages.UseAsync(site, scope, storage => new AppBatch(_context).RunAsync(
                apps, BackupRun.Start(_context, site, storage, options, scope), throttle, onOutcome, token)),
            cancellationToken);
    }

    /// <summary>The backups that fit every given condition, newest first. Dead runs are told as Failed.</summary>
    public IReadOnlyList<AppBackup> List(string? location = null, string? site = null) =>
        [.. _context.Backups.List(location, site).Select(record => record.Backup).OfType<AppBackup>()];

    /// <summary>
    /// The newest Ready backup of each app among some backups. The id says which app a backup is of, whatever the app's location was then; an id that is
    /// not registered counts for its location only where the registered app of that location has no backup. A backup that is not trusted counts only where no
    /// trusted one holds data, and one with a time stamp in the future only where there is no other; one that was made with a clock that was behind
    /// counts as made when it was made.
    /// </summary>
    public IReadOnlyList<AppBackup> SelectNewest(IEnumerable<AppBackup> backups)
    {
        var now = _context.Time.GetUtcNow();
        var apps = _context.Apps.List();
        var locations = apps.ToDictionary(app => app.Id, app => app.Location);
        var ids = apps.ToDictionary(app => app.Location, app => app.Id, StringComparer.OrdinalIgnoreCase);
        return
        [
            .. backups.Where(backup => backup.State == BackupState.Ready)
                .GroupBy(backup => locations.GetValueOrDefault(backup.AppId, backup.Location), StringComparer.OrdinalIgnoreCase)
                .Select(place => OfOneApp(place, ids.GetValueOrDefault(place.Key)).NewestFirst(now).First())
                .NewestFirst(now).DistinctBy(backup => backup.AppId),
        ];
    }

    /// <summary>Why a backup is not trusted and what to check; null when it is trusted.</summary>
    public string? FindDoubt(SiteBackup backup)
    {
        ArgumentNullException.ThrowIfNull(backup);
        return BackupDoubt.Find(backup, _context.Sites.Find(backup.Site));
    }

    private static List<AppBackup> OfOneApp(IEnumerable<AppBackup> ready, Guid registered)
    {
        var counting = ready.ToList().TrustedOrAll().ToList();
        var own = counting.FindAll(backup => backup.AppId == registered);
        return own.Count > 0 ? own : counting;
    }

    /// <summary>The backups of an app, newest first, whatever its location was when they were made.</summary>
    public IReadOnlyList<AppBackup> ListOf(Guid appId) => [.. _context.Backups.List(appId: appId).Select(record => record.Backup).OfType<AppBackup>()];

    /// <summary>The backup of an id.</summary>
    /// <exception cref="BackupException">There is none.</exception>
    public AppBackup Get(string id) => (AppBackup)Find(id).Backup;

    /// <summary>Reads a whole backup back and checks every hash.</summary>
    /// <exception cref="BackupException">There is no such backup, or the storage cannot be reached. Damage is a result, no exception.</exception>
    public Task<BackupTestResult> TestAsync(string id, IOperationObserver observer, CancellationToken cancellationToken) =>
        TestAsync(id, deep: true, observer, cancellationToken);

    /// <summary>Checks a backup.</summary>
    /// <param name="id">The backup.</param>
    /// <param name="deep">
    /// Whether all content is read; if not, a backup of the format rsync is only compared with a listing of its folder. Others are always read.
    /// </param>
    /// <param name="observer">Is told of steps.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    /// <exception cref="BackupException">There is no such backup, or the storage cannot be reached. Damage is a result, no exception.</exception>
    public Task<BackupTestResult> TestAsync(string id, bool deep, IOperationObserver observer, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            OperationKind.Test,
            id,
            observer,
            (scope, token) => new BackupTester(_context, _storages).RunAsync(Find(id), deep, scope, token),
            cancellationToken);

    /// <summary>Restores a backup in place, data and version, after a safety backup of what the app is now.</summary>
    /// <exception cref="BackupException">It failed, and the data from before is in place.</exception>
    public Task<BackupApp> RestoreAsync(
        string id, AppRestoreOptions options, IOperationObserver observer, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            OperationKind.Restore,
            id,
            observer,
            (scope, token) => new InPlaceRestorer(_context, _storages).RunAsync(id, options, scope, token),
            cancellationToken);

    /// <summary>
    /// The commands that a clone of a backup would run and that are not trusted, one text each; none when the backup is one of this platform, or
    /// encrypted with a key of it.
    /// </summary>
    /// <exception cref="BackupException">There is no such backup, or it cannot be read.</exception>
    public Task<IReadOnlyList<string>> FindUntrustedCommandsAsync(string id, IOperationObserver observer, CancellationToken cancellationToken) =>
        new AppCloner(_context, _storages).FindUntrustedCommandsAsync(id, observer, cancellationToken);

    /// <summary>Looks at what an import would bring that is not trusted. Nothing is changed.</summary>
    /// <exception cref="BackupException">The backup cannot be read.</exception>
    public Task<AppImportPreview> PreviewImportAsync(
        AppImportOptions options, IOperationObserver observer, CancellationToken cancellationToken) =>
        new ImportLook(_context, _storages, observer).RunAsync(options, cancellationToken);

    /// <summary>Brings a backup up as another app, with an id, a location and a data directory of its own.</summary>
    /// <exception cref="BackupException">It failed; there is no new app, and its folder is as it was.</exception>
    public Task<BackupApp> CloneAsync(string id, AppCopyOptions options, IOperationObserver observer, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            OperationKind.Clone,
            id,
            observer,
            (scope, token) => new AppCloner(_context, _storages).RunAsync(id, options, scope, token),
            cancellationToken);

    /// <summary>Brings data from elsewhere into an app, or up as a new one.</summary>
    /// <exception cref="BackupException">It failed; the app, or its absence, is as before.</exception>
    public Task<BackupApp> ImportAsync(AppImportOptions options, IOperationObserver observer, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            OperationKind.Import,
            options.Location ?? options.Path ?? options.RemotePath ?? "",
            observer,
            (scope, token) => new AppImporter(_context, _storages, scope).RunAsync(options, token),
            cancellationToken);

    /// <summary>Brings an app to another version, after a backup that it is put back from when that fails.</summary>
    /// <exception cref="BackupException">It failed; the app is as before, unless the failure says otherwise.</exception>
    public Task<BackupApp> UpdateAppAsync(
        string location, AppUpdateOptions options, IOperationObserver observer, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            OperationKind.Update,
            location,
            observer,
            (scope, token) => new AppUpdater(_context, _storages, scope).RunAsync(location, options, token),
            cancellationToken);

    /// <summary>Restores the content of a backup to a new or empty folder.</summary>
    /// <exception cref="BackupException">It failed, and the destination is as it was.</exception>
    public Task<DirectoryInfo> RestoreToAsync(
        string id, string destination, IOperationObserver observer, CancellationToken cancellationToken) =>
        _operations.RunAsync(
            OperationKind.Restore,
            id,
            observer,
            (scope, token) => new FolderRestorer(_context, _storages).RunAsync(id, destination, scope, token),
            cancellationToken);

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

    /// <summary>Removes a backup that no platform backup depends on.</summary>
    /// <exception cref="BackupException">There is no such backup, it is being made or needed, or the storage failed.</exception>
    public Task RemoveAsync(string id, IOperationObserver observer, CancellationToken cancellationToken) =>
        RemoveAsync(id, includeRequired: false, observer, cancellationToken);

    /// <summary>Removes a backup from the storage, then its record (I4): a storage that fails keeps the record for the next try.</summary>
    /// <param name="id">The backup.</param>
    /// <param name="includeRequired">Whether it is removed although a platform backup depends on it.</param>
    /// <param name="observer">Is told of steps.</param>
    /// <param name="cancellationToken">Stops the removal.</param>
    /// <exception cref="BackupException">There is no such backup, it is being made or needed, or the storage failed.</exception>
    public Task RemoveAsync(string id, bool includeRequired, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var record = Find(id);
        if (!includeRequired)
        {
            UnreadableRow.RequireNone(_context.Backups.ListUnreadable(record.Backup.Site, mayBePlatforms: true), "removal of a backup");
        }
        var dependent = _context.Backups.List(site: record.Backup.Site).Select(other => other.Backup).OfType<PlatformBackup>()
            .FirstOrDefault(platform => platform.State is not BackupState.Failed && platform.DependsOn.Contains(id)
                && (platform.Trusted || !record.Backup.Trusted)); // anyone can have written one that is not trusted
        return dependent is null || includeRequired
            ? _operations.RunAsync(
                OperationKind.Removal,
                id,
                observer,
                (scope, token) => new BackupOperations(_context, _storages).RemoveAsync(record, scope, token),
                cancellationToken)
            : throw BackupErrors.BackupNeeded(id, dependent.Id);
    }

    private BackupRecord Find(string id)
    {
        if (_context.Backups.Find(id) is { Backup: AppBackup } record)
        {
            return record;
        }
        var app = _context.Apps.Find(id) ?? (Guid.TryParse(id, out var appId) ? _context.Apps.Find(appId) : null);
        throw app is null ? BackupErrors.BackupNotFound(id) : BackupErrors.BackupIdExpected(id, app.Location);
    }
}
