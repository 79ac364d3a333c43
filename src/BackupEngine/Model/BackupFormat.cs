namespace CloudBackup;

/// <summary>How the content of a backup is laid out in the storage.</summary>
public enum BackupFormat
{
    /// <summary>One gzip-compressed PAX tar archive per backup.</summary>
    Tgz,

    /// <summary>One object per file, uploaded by changes and rotated by the storage itself.</summary>
    Rsync,
}
