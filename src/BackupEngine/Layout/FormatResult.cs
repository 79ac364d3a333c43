namespace CloudBackup.Layout;

/// <summary>What was stored.</summary>
/// <param name="Archive">The archive; null for formats without one.</param>
/// <param name="Index">The index.</param>
/// <param name="Entries">Entries.</param>
/// <param name="SourceBytes">Bytes of the files in the index.</param>
/// <param name="StoredBytes">Bytes of content and index.</param>
internal sealed record FormatResult(ArchiveFacts? Archive, IndexFacts Index, long Entries, long SourceBytes, long StoredBytes)
{
    /// <summary>The objects of a format that has one for each file; null for formats with an archive.</summary>
    public ObjectFacts? Objects { get; init; }
}
