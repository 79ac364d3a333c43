using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>A small file that exists only in memory, such as <c>config.json</c>.</summary>
internal sealed class MemoryItem(string path, byte[] content, UnixTime modified) : SourceItem(path, FactsOf(content, modified))
{
    /// <inheritdoc/>
    public override ReadableFile Open() => new MemoryFile(Path, content, Facts);

    private static FileFacts FactsOf(byte[] content, UnixTime modified) => new()
    {
        Kind = EntryKind.File,
        Mode = 0x180, // 0600: it may name things that other users must not see
        Size = content.Length,
        Allocated = content.Length,
        Modified = modified,
        LinkCount = 1,
    };

    private sealed class MemoryFile(string path, byte[] content, FileFacts facts) : ReadableFile(path, facts)
    {
        public override FileFacts ReadFacts() => Facts;

        public override int Read(Span<byte> buffer, long offset)
        {
            var rest = content.AsSpan((int)Math.Min(offset, content.Length));
            rest = rest[..Math.Min(rest.Length, buffer.Length)];
            rest.CopyTo(buffer);
            return rest.Length;
        }

        public override bool TryFindData(long offset, out long start, out long end)
        {
            (start, end) = (offset, long.MaxValue);
            return true;
        }

        public override IReadOnlyList<ExtendedAttribute> ReadAttributes() => [];

        public override void Dispose()
        {
        }
    }
}

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

/// <summary>A folder that only holds generated files.</summary>
internal sealed class GeneratedFolder(string path, UnixTime modified)
    : SourceItem(path, new FileFacts { Kind = EntryKind.Directory, Mode = 0x1C0, Modified = modified, LinkCount = 1 })
{
    /// <inheritdoc/>
    public override ReadableFile Open() => throw new InvalidOperationException("A folder has no content.");
}
