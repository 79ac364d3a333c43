using CloudBackup.FileTree;

namespace CloudBackup.Tests.Support;

/// <summary>A real file that is open for reading; tells of each reading just after it, so that a test can change the file between two of them.</summary>
internal sealed class WatchedFile(ReadableFile inner, Action<int> onRead) : ReadableFile(inner.Path, inner.Facts)
{
    /// <summary>How often it was read.</summary>
    public int Reads { get; private set; }

    /// <summary>Bytes that were read.</summary>
    public long Bytes { get; private set; }

    public override FileFacts ReadFacts() => inner.ReadFacts();

    public override int Read(Span<byte> buffer, long offset)
    {
        var count = inner.Read(buffer, offset);
        Bytes += count;
        onRead(++Reads);
        return count;
    }

    public override bool TryFindData(long offset, out long start, out long end) => inner.TryFindData(offset, out start, out end);

    public override IReadOnlyList<ExtendedAttribute> ReadAttributes() => inner.ReadAttributes();

    public override void Dispose() => inner.Dispose();
}
