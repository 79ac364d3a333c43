using CloudBackup.Formats.Index;

namespace CloudBackup.Formats.Tgz;

/// <summary>Where cut pieces of large files go.</summary>
internal interface ISegmentSink
{
    /// <summary>The number that the next segment gets.</summary>
    int NextMember { get; }

    /// <summary>An empty block for data; waits until the memory budget has room.</summary>
    Block RentData(CancellationToken cancellationToken);

    /// <summary>Says what the index tells of an entry: its line goes with the next segment. Entries come in the order of the archive.</summary>
    void AddEntry(IndexEntry entry);

    /// <summary>Hands a filled block on to be compressed.</summary>
    /// <param name="data">The block, which now belongs to the sink.</param>
    /// <param name="isHole">Whether it is a full member of zeros.</param>
    /// <param name="cancellationToken">Ends the wait for a free worker.</param>
    void DispatchData(Block data, bool isHole, CancellationToken cancellationToken);
}
