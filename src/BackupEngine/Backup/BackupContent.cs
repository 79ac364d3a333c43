using CloudBackup.Addons;
using CloudBackup.Apps;
using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Source;
using CloudBackup.Swapping;

namespace CloudBackup.Backup;

/// <summary>Everything that goes into one backup of an app: its configuration, its addons' dumps, its data. The same for all formats.</summary>
internal sealed class BackupContent : IDisposable
{
    private readonly BackupApp _app;
    private readonly SourceTree _data;
    private readonly DirectoryNode _spool;
    private readonly string _spoolPath;
    private readonly List<SourceItem> _dumps = [];
    private readonly List<BackupAddon> _undumped = [];
    private readonly List<BackupAddon> _doubled = [];

    private BackupContent(BackupApp app, DirectoryNode data, DirectoryNode spool, string spoolPath)
    {
        // A catalog of an earlier version may have an addon twice; a backup with its dump twice could not be restored.
        _app = app with { Addons = [.. app.Addons.Distinct()] };
        _data = new SourceTree(data, AppConfig.DataPath);
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
        var dumped = new List<(BackupAddon Addon, (ulong Device, ulong Inode) Identity)>();
        for (var i = 0; i < _app.Addons.Count; i++)
        {
            var addon = _app.Addons[i];
            var context = new AddonContext(_app, _data.Root, _spoolPath, _spool, i, request.Issues, request.Observer);
            try
            {
                foreach (var dump in await AddonHandlers.For(addon.Type).DumpAsync(addon, context, cancellationToken).ConfigureAwait(false))
                {
                    AddDump(dump, addon, dumped);
                }
            }
            catch (BackupException failure)
            {
                request.Issues.AddMissing(addon.Path ?? addon.ToString(), failure.Message, failure);
                request.Observer.OnWarning(failure.Message);
                _undumped.Add(addon);
            }
        }
    }

    /// <summary>
    /// Adds a dump. Where the file system ignores case, two addons can name one file, and a restore could not put both dumps to their places. A
    /// stream is no file.
    /// </summary>
    private void AddDump(SourceItem dump, BackupAddon addon, List<(BackupAddon Addon, (ulong Device, ulong Inode) Identity)> dumped)
    {
        if (dump.AsStream is null && dumped.Any(other => other.Identity == dump.Facts.Identity && string.Equals(other.Addon.Path, addon.Path, StringComparison.OrdinalIgnoreCase)))
        {
            _doubled.Add(addon);
            dump.Dispose();
            return;
        }
        dumped.Add((addon, dump.Facts.Identity));
        _dumps.Add(dump);
    }

    /// <summary>All items, in the order they are stored.</summary>
    /// <param name="request">What they are made ready with.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    public IEnumerable<SourceItem> Items(ContentRequest request, CancellationToken cancellationToken)
    {
        var config = AppConfig.Of(_app with { Addons = [.. _app.Addons.Except(_doubled)] }) with { Undumped = _undumped.Count > 0 ? _undumped : null };
        yield return new MemoryItem(AppConfig.Path, config.ToBytes(), UnixTime.From(request.Created));
        foreach (var dump in _dumps)
        {
            yield return dump;
        }
        var live = _app.Addons.SelectMany(addon => AddonHandlers.For(addon.Type).LiveFiles(addon));
        var ways = _app.Addons.SelectMany(addon => FoldersTo(AddonHandlers.For(addon.Type).MoveOf(addon).Place));
        var rules = new ExcludeRules(_app.Exclude, live.Append(DataSwap.StagingName), ItemStaging.IsStaging, ways);
        foreach (var item in request.NewWalker(rules).Walk(_data, cancellationToken))
        {
            yield return item;
        }
    }

    /// <summary>The folders on the way to a dump's place, below the data directory: a restore needs them with their owners and modes.</summary>
    private static IEnumerable<string> FoldersTo(string place)
    {
        for (var slash = place.LastIndexOf('/'); slash > AppConfig.DataPath.Length; slash = place.LastIndexOf('/', slash - 1))
        {
            yield return place[(AppConfig.DataPath.Length + 1)..slash];
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
