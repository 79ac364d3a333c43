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
