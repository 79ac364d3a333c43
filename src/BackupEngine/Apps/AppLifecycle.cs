namespace CloudBackup.Apps;

/// <summary>What a restore that did not end well makes of an app.</summary>
internal static class AppLifecycle
{
    /// <summary>The app in state Error, with the reason.</summary>
    public static BackupApp Failed(BackupApp app, Exception failure) => app with
    {
        State = AppState.Error,
        LastError = failure is OperationCanceledException ? BackupErrors.RestoreInterrupted(app.Location).Message : failure.Message,
    };

    /// <summary>The app as it is when the restored data stays, though its restore has not ended well.</summary>
    /// <param name="restored">The app as it should be.</param>
    /// <param name="before">The app as it was.</param>
    /// <param name="wasStarted">Whether its StartCommand was run.</param>
    /// <param name="reason">Why it has not ended well.</param>
    public static BackupApp Left(BackupApp restored, BackupApp before, bool wasStarted, string reason) => restored with
    {
        State = AppState.Error,
        LastError = reason,
        UnfinishedRestore = before.UnfinishedRestore,
        IsBeingInstalled = before.IsBeingInstalled,
        WasStarted = wasStarted,
    };
}
