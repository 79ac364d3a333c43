namespace CloudBackup;

/// <summary>What a registered app is doing.</summary>
public enum AppState
{
    /// <summary>Registered and usable.</summary>
    Installed,

    /// <summary>A restore is replacing its data, or was interrupted while doing so.</summary>
    Restoring,

    /// <summary>An update is replacing its version, or was interrupted while doing so.</summary>
    Updating,

    /// <summary>The last operation on the app failed; <see cref="BackupApp.LastError"/> says why.</summary>
    Error,
}
