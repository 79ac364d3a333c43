using CloudBackup.Retention;

namespace CloudBackup.Catalog;

/// <summary>A backup in the catalog, with what only the engine needs to know of it.</summary>
internal sealed record BackupRecord
{
    /// <summary>What users see.</summary>
    public required SiteBackup Backup { get; init; }

    /// <summary>Whose backup it is: an app's, or the platform's.</summary>
    public BackupOwner Owner => BackupOwner.Of(Backup);

    /// <summary>
    /// True when this platform stored the backup itself, so that the hash of its backup info is known from a source that a writer to the storage
    /// cannot change.
    /// </summary>
    public bool IsLocal => Backup.Origin == BackupOrigin.Platform;

    /// <summary>SHA-256 of the stored backup info, in hexadecimal; null while there is none.</summary>
    public string? InfoHash { get; init; }

    /// <summary>
    /// The disk or bucket that the backup is on: the same for all that a site's storage has shown together. Null for the first one of the site, and
    /// where a record that is saved is to keep what it has.
    /// </summary>
    public string? Medium { get; init; }
}
