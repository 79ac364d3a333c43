namespace CloudBackup;

/// <summary>What a backup record may be relied on for.</summary>
public enum BackupState
{
    /// <summary>Being made, or left behind by a run that was killed. Never restorable.</summary>
    Creating,

    /// <summary>Complete: data, index and backup info are durably stored.</summary>
    Ready,

    /// <summary>Stored, but some items of the source could not be read; they are listed in <see cref="SiteBackup.Missing"/>.</summary>
    Partial,

    /// <summary>The run ended with an error; nothing of it is visible in the storage.</summary>
    Failed,

    /// <summary>Its removal has begun and did not end: what is left of it goes with the next removal or cleanup. Never restorable.</summary>
    Removing,
}
