namespace CloudBackup;

/// <summary>How this platform knows of a backup.</summary>
internal enum BackupOrigin
{
    /// <summary>Only an untrusted catalog names it: nothing that the record says was checked.</summary>
    Claimed,

    /// <summary>A sync read its backup info from the storage.</summary>
    Storage,

    /// <summary>
    /// An untrusted catalog names it, and a sync read the very backup info that the catalog knows, which is not encrypted. It was there before the
    /// platform was restored, so what was written since does not take its place.
    /// </summary>
    Matched,

    /// <summary>This platform made it. The catalog holds the hash of its backup info, which a writer to the storage cannot change.</summary>
    Platform,
}
