using CloudBackup.Apps;
using CloudBackup.Catalog;
using CloudBackup.Infrastructure;
using CloudBackup.Platform;
using CloudBackup.Source;
using CloudBackup.Swapping;

namespace CloudBackup;

/// <summary>The apps of a platform.</summary>
public sealed class AppService
{
    private readonly EngineContext _context;

    internal AppService(EngineContext context) => _context = context;

    /// <summary>All apps, by location.</summary>
    public IReadOnlyList<BackupApp> List() => _context.Apps.List();

    /// <summary>The app at a location.</summary>
    /// <exception cref="BackupException">There is none.</exception>
    public BackupApp Get(string location) => _context.Apps.Find(location) ?? throw BackupErrors.AppNotFound(location);

    /// <summary>Registers an app; its id and time are given here.</summary>
    /// <exception cref="BackupException">
    /// The location is taken, a value is invalid, or the data directory cannot be opened or overlaps another app's, a site's or the platform's.
    /// </exception>
    public BackupApp Register(BackupApp app)
    {
        app = AppRules.Check(app) with { Id = _context.Random.NextGuid(), Registered = _context.Time.GetUtcNow() };
        app = app.Settle(doubt: null);
        if (_context.Apps.Find(app.Location) is not null)
        {
            throw BackupErrors.AppExists(app.Location);
        }
        app = app with { DataFolder = AppFolder.Register(_context, app) };
        AppRules.CheckAddonSources(app);
        return _context.Apps.Add(app) ? app : throw BackupErrors.AppExists(app.Location);
    }

    /// <summary>What will get in the way of backups or restores of an app, though it is registered: something is mounted inside its data.</summary>
    /// <exception cref="BackupException">There is no such app.</exception>
    public IReadOnlyList<string> FindWarnings(string location)
    {
        var app = Get(location);
        return [.. MountWarnings.Find(AppFolder.PathOf(app), $"the data of {app.Location}", app.Exclude)];
    }

    /// <summary>Replaces what is known of an app. Not while an operation on it is under way.</summary>
    /// <param name="app">The app.</param>
    /// <param name="confirmDataDirectory">Whether the folder that is at the data directory now is the right one, although it was another one before.</param>
    /// <exception cref="BackupException">A value is invalid, a new data directory overlaps another app's, a site's or the platform's, or the app is in use.</exception>
    public BackupApp Update(BackupApp app, bool confirmDataDirectory = false)
    {
        app = AppRules.Check(app);
        using var appLock = AppLock.Take(_context, app, "change");
        if (_context.Apps.Find(app.Location) is { } other && other.Id != app.Id)
        {
            throw BackupErrors.AppExists(app.Location);
        }
        var known = _context.Apps.Find(app.Id);
        if (known?.DataDirectory != app.DataDirectory || confirmDataDirectory)
        {
            app = AppRecovery.GiveUpHidden(_context, app with { DataFolder = AppFolder.Register(_context, app) });
        }
        else
        {
            app = app with { DataFolder = known.DataFolder }; // a restore may have ended since the app was read
        }
        if (known?.DataDirectory != app.DataDirectory || !known.Addons.SequenceEqual(app.Addons))
        {
            AppRules.CheckAddonSources(app);
        }
        return _context.Apps.Update(app) ? Get(app.Location) : throw BackupErrors.AppNotFound(app.Location);
    }

    /// <summary>Forgets an app. Its data and its backups stay; a restore of it that was interrupted is settled first.</summary>
    /// <exception cref="BackupException">There is no such app, it is in use, or its data could not be brought back.</exception>
    public void Unregister(string location, IOperationObserver observer)
    {
        if (_context.Apps.ListUnreadable().Find(row => string.Equals(row.Name, location, StringComparison.OrdinalIgnoreCase)) is { } row)
        {
            UnregisterUnreadable(row, observer);
            return;
        }
        var app = Get(location);
        using var locked = LockedApp.Enter(_context, app, "unregistration", observer);
        UnfinishedRestores.MakeWay(_context, app, key: null, observer);
        _context.RestoreJournal.Remove(app.Id);
        _context.Apps.Remove(app.Id);
    }

    private void UnregisterUnreadable(UnreadableRow row, IOperationObserver observer)
    {
        using var appLock = LockedApp.EnterUnreadable(_context, row, "unregistration", observer);
        _context.Apps.RemoveUnreadable(row.Name);
    }
}
