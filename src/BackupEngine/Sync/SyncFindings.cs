using CloudBackup.Encryption;
using CloudBackup.Layout;
using CloudBackup.Storage;

namespace CloudBackup.Sync;

/// <summary>One synchronization of a site.</summary>
internal sealed record SyncRun(
    BackupSite Site, IBackupStorage Storage, IReadOnlyList<BackupKeys> Keys, IOperationObserver Observer, SyncFindings Findings);

/// <summary>What the storage holds, by remote path.</summary>
internal sealed class SyncFindings
{
    /// <summary>The backups that the catalog has taken over.</summary>
    public Dictionary<string, SiteBackup> Backups { get; } = new(StringComparer.Ordinal);

    /// <summary>Backups that no key opens.</summary>
    public SortedSet<string> Locked { get; } = new(StringComparer.Ordinal);

    /// <summary>Backups whose backup info is there, and an object that it names has another size.</summary>
    public HashSet<string> Damaged { get; } = new(StringComparer.Ordinal);

    /// <summary>Backups whose record is there and is not taken over: what the catalog knows of them stays.</summary>
    public HashSet<string> Unreadable { get; } = new(StringComparer.Ordinal);

    /// <summary>Paths that were passed over, each with the backup whose id was found there.</summary>
    public List<(string Path, SiteBackup Kept)> Rivals { get; } = [];

    /// <summary>Ids that the catalog did not know before this synchronization.</summary>
    public HashSet<string> NewIds { get; } = new(StringComparer.Ordinal);

    /// <summary>When the backup infos were written, by the storage's word.</summary>
    public Dictionary<string, DateTimeOffset?> Written { get; } = new(StringComparer.Ordinal);

    /// <summary>Backup infos that were looked at: a listing may show one twice.</summary>
    public HashSet<BackupPaths> Seen { get; } = [];

    /// <summary>How many backups are there that no listing has shown.</summary>
    public int Missed { get; set; }

    /// <summary>Whether no backup was found at all.</summary>
    public bool IsEmpty => Backups.Count == 0 && Locked.Count == 0 && Unreadable.Count == 0;

    /// <summary>Whether something is there that may be the backup of a path.</summary>
    public bool Has(string remotePath) =>
        Backups.ContainsKey(remotePath) || Locked.Contains(remotePath) || Unreadable.Contains(remotePath);
}
