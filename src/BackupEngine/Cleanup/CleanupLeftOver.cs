using CloudBackup.Catalog;
using CloudBackup.Storage;

namespace CloudBackup.Cleanup;

/// <summary>What kind of thing was left over.</summary>
public enum CleanupLeftOverKind
{
    /// <summary>A dated folder without a backup, or a backup's folder without any object.</summary>
    EmptyFolder,

    /// <summary>The snapshot of an app that is not registered any more, with what is remembered of it here.</summary>
    Snapshot,

    /// <summary>The parts of an upload that was begun and never ended. They are invisible, and billed.</summary>
    UnfinishedUpload,

    /// <summary>What a restore that was interrupted has fetched, beside the app's data on this machine.</summary>
    UnfinishedRestore,

    /// <summary>Objects with which a site was tried, by a process that was killed.</summary>
    Probe,
}

/// <summary>Something that no backup needs.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Path">Where it is: below the site's prefix, or on this machine.</param>
public sealed record CleanupLeftOver(CleanupLeftOverKind Kind, string Path)
{
    /// <summary>The app whose it was; null for none.</summary>
    internal Guid? AppId { get; init; }

    /// <summary>The upload; null for none.</summary>
    internal PartialUpload? Upload { get; init; }

    /// <summary>The restore; null for none.</summary>
    internal RestoreJournalEntry? Restore { get; init; }

    /// <summary>What and where.</summary>
    public override string ToString() => Kind switch
    {
        CleanupLeftOverKind.Snapshot => $"the snapshot {Path} of an unregistered app",
        CleanupLeftOverKind.UnfinishedUpload => $"the unfinished upload of {Path}",
        CleanupLeftOverKind.UnfinishedRestore when Restore?.OwnerId is not null => $"the folder {Path} of an earlier restore on this machine",
        CleanupLeftOverKind.UnfinishedRestore => $"data of an interrupted restore in {Path} on this machine",
        CleanupLeftOverKind.Probe => $"objects of an interrupted site test in {Path}",
        _ => $"the empty folder {Path}",
    };
}
