using CloudBackup.Backup;
using CloudBackup.Infrastructure;

namespace CloudBackup.Apps;

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
    /// <exception cref="BackupException">The location is taken, a value is invalid, or the data directory cannot be opened.</exception>
    public BackupApp Register(BackupApp app)
    {
        app = AppRules.Check(app) with { Id = _context.Random.NextGuid(), Registered = _context.Time.GetUtcNow(), State = AppState.Installed };
        return _context.Apps.Add(app) ? app : throw BackupErrors.AppExists(app.Location);
    }

    /// <summary>Replaces what is known of an app. Not while an operation on it is under way.</summary>
    /// <exception cref="BackupException">A value is invalid, or the app is in use.</exception>
    public BackupApp Update(BackupApp app)
    {
        app = AppRules.Check(app);
        using var appLock = AppLock.Take(_context, app, "change");
        if (_context.Apps.Find(app.Location) is { } other && other.Id != app.Id)
        {
            throw BackupErrors.AppExists(app.Location);
        }
        return _context.Apps.Update(app) ? Get(app.Location) : throw BackupErrors.AppNotFound(app.Location);
    }

    /// <summary>Forgets an app. Its data and its backups stay.</summary>
    /// <exception cref="BackupException">There is no such app, or it is in use.</exception>
    public void Unregister(string location)
    {
        var app = Get(location);
        using var appLock = AppLock.Take(_context, app, "unregistration");
        _context.Apps.Remove(app.Id);
    }
}
