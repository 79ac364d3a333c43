using CloudBackup.Layout;

namespace CloudBackup.Formats;

/// <summary>What the rest of the engine has to know of a format: it asks for a fact, never for a format by its name.</summary>
internal sealed record FormatFacts
{
    /// <summary>Whether the content is one archive; else it is a folder with an object for each file.</summary>
    public required bool HasArchive { get; init; }

    /// <summary>Entries that the format itself adds to each backup.</summary>
    public int OwnEntries { get; init; }

    /// <summary>
    /// Whether the first name of a file with several has to be open from when it is listed until it is read, since its other names are stored
    /// before. A format that does not want it finds another first name when one has vanished.
    /// </summary>
    public bool HoldsFirstNamesOpen { get; init; }

    /// <summary>
    /// Whether the source is listed while it is stored, so that a walk beside it has to tell how much there is. A format that does not want it lists
    /// everything before it begins.
    /// </summary>
    public bool ForecastsByWalking { get; init; }

    /// <summary>Whether an interrupted restore can be resumed: each content can be read alone.</summary>
    public bool ResumesReading { get; init; }

    /// <summary>
    /// Whether the storage itself makes a backup of the objects that have not changed since the last one, where it can: links or copies. Without
    /// that, the format has no advantage.
    /// </summary>
    public bool SharesObjects { get; init; }

    /// <summary>Whether all entries of an index are in the order of a walk, files too: what is stored is compared with them in that order.</summary>
    public bool IndexIsInWalkOrder { get; init; }

    /// <summary>The archive or the folder that holds the content of a backup.</summary>
    public string ContentPath(BackupPaths paths) => HasArchive ? paths.Archive : paths.RemotePath;

    /// <summary>Objects of which every backup has one, with names that can be known from the outside.</summary>
    public IEnumerable<string> NamedObjects(BackupPaths paths) => HasArchive ? [paths.Archive] : paths.FirstObjects();

    /// <summary>Whether a record tells of the content that backups of this format have.</summary>
    public bool Fits(BackupInfo info) => HasArchive ? info.Archive is not null && info.Objects is null : info.Archive is null;
}
