using CloudBackup.Layout;
using CloudBackup.Swapping;

namespace CloudBackup.Restore;

/// <summary>One restore of an app's data.</summary>
/// <param name="Locked">The app, whose lock is held until the restore is done.</param>
internal sealed record RestoreJob(LockedApp Locked)
{
    /// <summary>The app as it is.</summary>
    public BackupApp App { get; init; } = Locked.App;

    /// <summary>The app as it is when the restore is done.</summary>
    public required BackupApp Restored { get; init; }

    /// <summary>Where its data comes from.</summary>
    public required IRestoreSource Source { get; init; }

    /// <summary>What may be used.</summary>
    public SiteLimits Limits { get; init; } = new();

    /// <summary>
    /// True when what is there is nothing to go back to: the app was not here before, an earlier restore of it did not end, or an update has
    /// failed. Then a command that fails leaves the restored data in place and the app in <see cref="AppState.Error"/>, for you to finish.
    /// </summary>
    public bool IsFresh { get; init; }

    /// <summary>
    /// What is told where the data that is there already will be kept, when there is any; null when the old data goes once the new is accepted.
    /// </summary>
    public Action<KeptFolder>? KeepOld { get; init; }

    /// <summary>Makes the app what the restored configuration says; null to leave it as it is.</summary>
    public Func<BackupApp, AppConfig, BackupApp>? Configure { get; init; }

    /// <summary>Puts a failure of the app on its restored data into other words; null to leave them.</summary>
    public Func<BackupException, BackupException>? Reword { get; init; }

    /// <summary>Whether commands are told to leave DNS alone.</summary>
    public bool SkipDns { get; init; }
}
