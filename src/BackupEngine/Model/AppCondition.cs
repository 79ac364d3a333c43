namespace CloudBackup;

/// <summary>What an app is: its <see cref="AppState"/> and its marks together, read as one.</summary>
internal enum AppCondition
{
    /// <summary>It has its data, and nothing is wrong.</summary>
    Installed,

    /// <summary>It has its data, and the last operation on it failed.</summary>
    Failed,

    /// <summary>A restore is replacing the data that it has.</summary>
    Restoring,

    /// <summary>An update is replacing its version.</summary>
    Updating,

    /// <summary>An update did not end and could not be undone: version and data are in doubt.</summary>
    InDoubt,

    /// <summary>A restore, clone or import is bringing its first data.</summary>
    Filling,

    /// <summary>Its first data is still to come, or was left by a restore that did not end well.</summary>
    Waiting,
}
