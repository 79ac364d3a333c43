namespace CloudBackup;

/// <summary>
/// The transitions of an app, the only place that changes its state and its marks. A transition returns the app as it is to be; whoever holds the
/// app's lock writes it to the catalog.
/// </summary>
internal static class AppLifecycle
{
    /// <summary>
    /// The conditions that a transition may start from. The others take an app from wherever a crash, or a catalog that was brought back, has left
    /// it: restoring, failing and settling must always be possible.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<AppCondition>> Legal { get; } = new Dictionary<string, IReadOnlyList<AppCondition>>
    {
        [nameof(BeginInstallation)] = [AppCondition.Installed],
        [nameof(BeginUpdate)] = [AppCondition.Installed, AppCondition.Failed, AppCondition.Restoring, AppCondition.InDoubt],
        [nameof(NoteWayBack)] = [AppCondition.Updating],
        [nameof(NoteStart)] = [AppCondition.Updating],
    };

    /// <summary>What an app is. Every combination of state and marks is one of the conditions, also those that no transition makes.</summary>
    public static AppCondition Condition(this BackupApp app) => app switch
    {
        { UnfinishedRestore: not null, State: AppState.Restoring } => AppCondition.Filling,
        { UnfinishedRestore: not null } => AppCondition.Waiting,
        { State: AppState.Updating } => AppCondition.Updating,
        { State: AppState.Restoring } => AppCondition.Restoring,
        { UnfinishedUpdate: not null } => AppCondition.InDoubt,
        { State: AppState.Error } => AppCondition.Failed,
        _ => AppCondition.Installed,
    };

    /// <summary>A new app whose data a clone or import brings: until that has ended well, a failure removes the app and its data.</summary>
    /// <param name="app">The app.</param>
    /// <param name="source">Where the data comes from: the id of a backup, or a path.</param>
    public static BackupApp BeginInstallation(this BackupApp app, string source) => app.Require(nameof(BeginInstallation)) with
    {
        State = AppState.Restoring,
        UnfinishedRestore = source,
        IsBeingInstalled = true,
    };

    /// <summary>Its data is about to be replaced.</summary>
    public static BackupApp BeginRestore(this BackupApp app) => app with { State = AppState.Restoring };

    /// <summary>It is about to be stopped for another version.</summary>
    public static BackupApp BeginUpdate(this BackupApp app) => app.Require(nameof(BeginUpdate)) with { State = AppState.Updating };

    /// <summary>The other version is about to be installed, and this backup is what the app goes back to.</summary>
    /// <param name="app">The app.</param>
    /// <param name="backupId">The backup; null for none.</param>
    public static BackupApp NoteWayBack(this BackupApp app, string? backupId) => app.Require(nameof(NoteWayBack)) with { UnfinishedUpdate = backupId };

    /// <summary>Its StartCommand is about to run at the other version: the app may be up, and its users writing.</summary>
    public static BackupApp NoteStart(this BackupApp app) => app.Require(nameof(NoteStart)) with { WasStarted = true };

    /// <summary>A restore, an installation or an update to a version has ended well.</summary>
    public static BackupApp Finish(this BackupApp app, string version) => app with
    {
        Version = version,
        State = AppState.Installed,
        LastError = null,
        UnfinishedRestore = null,
        UnfinishedUpdate = null,
        IsBeingInstalled = false,
        WasStarted = false,
    };

    /// <summary>Something about it went wrong. What is unfinished stays so.</summary>
    public static BackupApp Fail(this BackupApp app, string reason) => app with { State = AppState.Error, LastError = reason };

    /// <summary>A restore of it went wrong.</summary>
    public static BackupApp FailRestore(this BackupApp app, Exception failure) =>
        app.Fail(failure is OperationCanceledException ? BackupErrors.RestoreInterrupted(app.Location).Message : failure.Message);

    /// <summary>The restored data stays, though its restore has not ended well.</summary>
    /// <param name="before">The app as it was.</param>
    /// <param name="restored">The app as it should be.</param>
    /// <param name="wasStarted">Whether its StartCommand was run.</param>
    /// <param name="reason">Why it has not ended well.</param>
    public static BackupApp Leave(this BackupApp before, BackupApp restored, bool wasStarted, string reason) => restored.Fail(reason) with
    {
        UnfinishedRestore = before.UnfinishedRestore,
        IsBeingInstalled = before.IsBeingInstalled,
        WasStarted = wasStarted,
    };

    /// <summary>What was interrupted is settled.</summary>
    /// <param name="app">The app.</param>
    /// <param name="doubt">Why it needs a look all the same; null when it is as before.</param>
    public static BackupApp Settle(this BackupApp app, string? doubt) => app with
    {
        State = doubt is null ? AppState.Installed : AppState.Error,
        LastError = doubt,
    };

    /// <summary>
    /// Its platform was restored here, and its data is still to come. What was unfinished or in doubt on the other machine does not matter here.
    /// </summary>
    /// <param name="app">The app.</param>
    /// <param name="backupId">The backup that the data comes from; null when there is none.</param>
    /// <param name="obstacle">Why the data does not come now; null when it does.</param>
    public static BackupApp MoveHere(this BackupApp app, string? backupId, string? obstacle) => app.Finish(app.Version) with
    {
        State = obstacle is null ? AppState.Restoring : AppState.Error,
        LastError = obstacle,
        UnfinishedRestore = backupId,
        DataFolder = null,
    };

    /// <summary>
    /// The administrator vouches for a version: what failed or is in doubt is settled, unless the data is still to come or the app was never started
    /// on it.
    /// </summary>
    public static BackupApp Vouch(this BackupApp app, string version) =>
        app.UnfinishedRestore is null || (app.WasStarted && !app.IsBeingInstalled)
            ? app.Finish(version)
            : app with { Version = version };

    private static BackupApp Require(this BackupApp app, string transition) => Legal[transition].Contains(app.Condition())
        ? app
        : throw new InvalidOperationException($"{transition} of {app.Location}, which is {app.Condition()}.");
}
