using CloudBackup.Apps;
using CloudBackup.Catalog;
using CloudBackup.Platform;

namespace CloudBackup.Swapping;

/// <summary>
/// An app whose lock is held, with nothing left half done: a backup, a restore, an update and an installation all begin with one, and cannot be had
/// without. What the lock protects is read again once it is held. Disposing it gives the lock back.
/// </summary>
internal sealed class LockedApp : IDisposable
{
    private readonly EngineContext _context;
    private readonly IDisposable _lock;

    private LockedApp(EngineContext context, BackupApp app, IDisposable appLock)
    {
        _context = context;
        _lock = appLock;
        App = app;
    }

    /// <summary>The app, as it was when it was settled last.</summary>
    public BackupApp App { get; private set; }

    /// <summary>Takes an app's lock, settles what was interrupted, and reads the app again.</summary>
    /// <param name="context">The platform.</param>
    /// <param name="app">The app.</param>
    /// <param name="operation">What it is locked for, for whoever finds it locked.</param>
    /// <param name="observer">Gets a warning of what was interrupted.</param>
    /// <exception cref="BackupException">Another process has the lock, or what was interrupted cannot be settled; or the app is not registered any more.</exception>
    public static LockedApp Enter(EngineContext context, BackupApp app, string operation, IOperationObserver observer) =>
        Settled(new LockedApp(context, app, AppLock.Take(context, app, operation)), observer);

    /// <summary>The same, or null when another process has the lock.</summary>
    /// <exception cref="BackupException">What was interrupted cannot be settled, or the app is not registered any more.</exception>
    public static LockedApp? TryEnter(EngineContext context, BackupApp app, string operation, IOperationObserver observer) =>
        AppLock.TryTake(context, app.Id, operation, out _) is { } appLock ? Settled(new LockedApp(context, app, appLock), observer) : null;

    /// <summary>
    /// Takes the lock of an app that is about to be installed, and registers it; <see cref="Settle"/> is still due. An installation of it that was
    /// interrupted may have registered it already.
    /// </summary>
    /// <exception cref="BackupException">Another process has the lock, or another app has the location.</exception>
    public static LockedApp Register(EngineContext context, BackupApp app, string operation)
    {
        var registered = new LockedApp(context, app, AppLock.Take(context, app, operation));
        return Keep(registered, () =>
        {
            if (!context.Apps.Add(app) && context.Apps.Find(app.Id) is not { IsBeingInstalled: true })
            {
                throw BackupErrors.AppExists(app.Location);
            }
        });
    }

    /// <summary>Takes the lock of an app whose row in the catalog cannot be read, and settles what can be settled without it.</summary>
    /// <returns>The lock; null when not even the app's id can be read.</returns>
    /// <exception cref="BackupException">Another process has the lock, or what was interrupted cannot be settled.</exception>
    public static IDisposable? EnterUnreadable(EngineContext context, UnreadableRow row, string operation, IOperationObserver observer) =>
        Keep(AppLock.Take(context, row, operation), () => AppRecovery.RunWithoutApp(context, row, observer));

    /// <summary>Settles what was interrupted, and reads the app again.</summary>
    /// <exception cref="BackupException">It cannot be settled; the next operation tries again. Or the app is not registered any more.</exception>
    public void Settle(IOperationObserver observer)
    {
        // A restore registers the data directory that it has made, which tells whether the old data is in place.
        AppRecovery.Run(_context, _context.Apps.Find(App.Id) ?? App, observer);
        App = _context.Apps.Find(App.Id) ?? throw BackupErrors.AppNotFound(App.Location);
    }

    /// <summary>Makes sure that the app's data directory is the one that was registered, unless it waits for its data and has none yet.</summary>
    /// <exception cref="BackupException">The data directory cannot be used.</exception>
    public void SettleFolder(IOperationObserver observer) => App = AppFolder.Settle(_context, App, observer);

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static LockedApp Settled(LockedApp app, IOperationObserver observer) => Keep(app, () => app.Settle(observer));

    /// <summary>What was taken, kept when what comes next succeeds, else given back.</summary>
    private static T Keep<T>(T taken, Action next)
        where T : IDisposable?
    {
        try
        {
            next();
            return taken;
        }
        catch
        {
            taken?.Dispose();
            throw;
        }
    }
}
