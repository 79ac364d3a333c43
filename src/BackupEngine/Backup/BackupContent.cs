using CloudBackup.Addons;
using CloudBackup.Apps;
using CloudBackup.Backup.Source;
using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Restore;

namespace CloudBackup.Backup;

/// <summary>Everything that goes into one backup of an app: its configuration, its addons' dumps, its data. The same for all formats.</summary>
internal sealed class BackupContent : IDisposable
{
    /// <summary>The data directory inside a backup.</summary>
    public const string DataPath = "data";

    private readonly BackupApp _app;
    private readonly SourceTree _data;
    private readonly DirectoryNode _spool;
    private readonly string _spoolPath;
    private readonly List<SourceItem> _dumps = [];
    private readonly List<BackupAddon> _undumped = [];

    private BackupContent(BackupApp app, DirectoryNode data, DirectoryNode spool, string spoolPath)
    {
        _app = app;
        _data = new SourceTree(data, DataPath);
        _spool = spool;
        _spoolPath = spoolPath;
    }

    /// <summary>Opens the app's data directory.</summary>
    /// <exception cref="BackupException">It is missing or closed to us.</exception>
    public static BackupContent Open(BackupApp app, string spoolPath)
    {
        var data = AppFolder.Open(app);
        try
        {
            return new BackupContent(app, data, LocalFileSystem.Open(spoolPath), spoolPath);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>Dumps the addons, one after the other.</summary>
    /// <exception cref="BackupException">A dump failed, and the caller did not say to go on.</exception>
    public async Task DumpAddonsAsync(ContentRequest request, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _app.Addons.Count; i++)
        {
            var addon = _app.Addons[i];
            var context = new AddonContext(_app, _data.Root, _spoolPath, _spool, i, request.Issues, request.Observer);
            try
            {
                _dumps.AddRange(await AddonHandlers.For(addon.Type).DumpAsync(addon, context, cancellationToken).ConfigureAwait(false));
            }
            catch (BackupException failure)
            {
                request.Issues.AddMissing(addon.Path ?? addon.ToString(), failure.Message, failure);
                request.Observer.OnWarning(failure.Message);
                _undumped.Add(addon);
            }
        }
    }

    /// <summary>All items, in the order they are stored.</summary>
    /// <param name="request">What they are made ready with.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    public IEnumerable<SourceItem> Items(ContentRequest request, CancellationToken cancellationToken)
    {
        var config = AppConfig.Of(_app) with { Undumped = _undumped.Count > 0 ? _undumped : null };
        yield return new MemoryItem(AppConfig.Path, config.ToBytes(), UnixTime.From(request.Created));
        foreach (var dump in _dumps)
        {
            yield return dump;
        }
        var live = _app.Addons.SelectMany(addon => AddonHandlers.For(addon.Type).LiveFiles(addon));
        var rules = new ExcludeRules(_app.Exclude, live.Append(DataSwap.StagingName), ItemStaging.IsStaging);
        foreach (var item in request.NewWalker(rules).Walk(_data, cancellationToken))
        {
            yield return item;
        }
    }

    /// <summary>Makes sure that the data directory is still the folder that was opened.</summary>
    /// <exception cref="BackupException">It is not.</exception>
    public void CheckSource() => _data.Check();

    /// <inheritdoc/>
    public void Dispose()
    {
        _dumps.ForEach(dump => dump.Dispose());
        _data.Root.Dispose();
        _spool.Dispose();
    }
}
