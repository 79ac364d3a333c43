using CloudBackup.Formats.Index;

namespace CloudBackup.Formats.Objects;

/// <summary>Reads <c>fsmetadata.json</c> as <see cref="FsMetadataWriter"/> writes it, one entry at a time, in constant memory.</summary>
/// <param name="content">The file; disposed with this.</param>
internal sealed class FsMetadataReader(Stream content) : IDisposable
{
    private readonly LineReader _lines = new(content);

    /// <summary>The entries in order.</summary>
    /// <exception cref="IndexFormatException">The file is damaged, cut, of a newer version, or was written by something else.</exception>
    public IEnumerable<IndexEntry> Read()
    {
        if (!_lines.TryRead(out var first) || !first.SequenceEqual(FsMetadataWriter.Start[..^1]))
        {
            throw new IndexFormatException($"{FsMetadataWriter.Path} does not begin as this CloudBackup writes it.");
        }
        while (Next() is { } entry)
        {
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private IndexEntry? Next()
    {
        if (!_lines.TryRead(out var line))
        {
            throw new IndexFormatException($"{FsMetadataWriter.Path} ends too early.");
        }
        if (line.SequenceEqual(FsMetadataWriter.End[..^1]))
        {
            return _lines.TryRead(out _) ? throw new IndexFormatException($"{FsMetadataWriter.Path} goes on after its end.") : null;
        }
        return IndexEntryParser.Parse(line.StartsWith(","u8) ? line[1..] : line).Entry
            ?? throw new IndexFormatException($"{FsMetadataWriter.Path} holds something else than entries.");
    }
}
