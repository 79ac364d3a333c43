using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>
/// A file whose content is elsewhere than its facts come from: an addon's dump. Mode, owner, attributes and time are those of what was dumped,
/// so that they come back with it. A mode without the access control list that belongs to it would give rights that the list denies.
/// </summary>
internal sealed class SpoolItem(
    string path, DirectoryNode spoolFolder, string spoolName, FileFacts facts, IReadOnlyList<ExtendedAttribute> attributes)
    : SourceItem(path, facts)
{
    /// <inheritdoc/>
    public override ReadableFile Open() => new SpoolFile(spoolFolder.OpenFile(spoolName), Path, Facts, attributes);

    private sealed class SpoolFile(ReadableFile content, string path, FileFacts facts, IReadOnlyList<ExtendedAttribute> attributes)
        : ReadableFile(path, facts with { Size = content.Facts.Size, Allocated = content.Facts.Allocated })
    {
        public override FileFacts ReadFacts() => Facts;

        public override int Read(Span<byte> buffer, long offset) => content.Read(buffer, offset);

        public override bool TryFindData(long offset, out long start, out long end) => content.TryFindData(offset, out start, out end);

        public override IReadOnlyList<ExtendedAttribute> ReadAttributes() => attributes;

        public override void Dispose() => content.Dispose();
    }
}
