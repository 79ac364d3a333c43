using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Rsync.Records;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>
/// What a run is going to do, in two files: all items in their order, each with its action, and the objects to remove. Made before anything
/// in the storage changes. Kept beside the sync cache while it is carried out, so that the next run knows what an interrupted one was about.
/// </summary>
internal sealed class SyncPlan
{
    /// <summary>The file of the items.</summary>
    public required string Path { get; set; }

    /// <summary>The file of the objects to remove.</summary>
    public required string RemovalPath { get; init; }

    /// <summary>The file that tells what has been done.</summary>
    public required string LogPath { get; init; }

    /// <summary>The token of the change that the plan is for.</summary>
    public required LineStamp Stamp { get; init; }

    /// <summary>Items whose action is not <see cref="PlanAction.None"/>.</summary>
    public long Actions { get; set; }

    /// <summary>Objects to remove.</summary>
    public long Removals { get; set; }

    /// <summary>Items in all.</summary>
    public long Items { get; set; }

    /// <summary>Bytes of content in all.</summary>
    public long Bytes { get; set; }

    /// <summary>The object of <c>fsmetadata.json</c>; null when there is none that is known.</summary>
    public CacheLine? FsMetadata { get; set; }

    /// <summary>The items, in order.</summary>
    public IEnumerable<PlanLine> Read() => LineFileReader<PlanLine>.Read(Path);

    /// <summary>The paths of the objects to remove, below the snapshot.</summary>
    public IEnumerable<string> ReadRemovals() => LineFileReader<ObjectPathLine>.Read(RemovalPath).Select(line => line.Path);
}
