namespace CloudBackup;

/// <summary>How this platform knows of a backup.</summary>
internal enum BackupOrigin
{
    /// <summary>Only an untrusted catalog names it: nothing that the record says was checked.</summary>
    Claimed,

    /// <summary>A sync read its backup info from the storage.</summary>
    Storage,

    /// <summary>This platform made it. The catalog holds the hash of its backup info, which a writer to the storage cannot change.</summary>
    Platform,
}
