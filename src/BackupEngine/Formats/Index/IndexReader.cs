using System.IO.Compression;
using CloudBackup.Layout;

namespace CloudBackup.Formats.Index;

/// <summary>
/// What an index can hold at most: a few megabytes inflate to gigabytes, and reading ends where that cannot be the index of a backup.
/// </summary>
/// <param name="Entries">Entries.</param>
/// <param name="ArchiveLength">Bytes of all members together.</param>
internal readonly record struct IndexBounds(long Entries, long ArchiveLength)
{
    /// <summary>The bounds of a backup's index. Each entry has a path of its own, so it takes more than one byte of the compressed index.</summary>
    public static IndexBounds Of(BackupInfo info) => new(Math.Min(info.FileCount, info.Index.Size), info.Archive?.Size ?? 0);
}

/// <summary>Reads an index file, one entry at a time, in constant memory.</summary>
internal sealed class IndexReader : IDisposable
{
    private readonly LineReader _lines;
    private readonly IndexBounds _bounds;
    private long _archiveLength;

    /// <summary>Starts reading; the reader owns <paramref name="input"/>.</summary>
    public IndexReader(Stream input, IndexBounds bounds)
    {
        _lines = new LineReader(new GZipStream(input, CompressionMode.Decompress));
        _bounds = bounds;
    }

    /// <summary>Reads the lengths of the archive's members from a stream that begins at the second gzip member.</summary>
    /// <exception cref="IndexFormatException">The index is damaged or cut.</exception>
    public static List<long> ReadMembers(Stream input, IndexBounds bounds)
    {
        using var reader = new IndexReader(input, bounds);
        var members = new List<long>();
        while (true)
        {
            var line = reader.Next() ?? throw new IndexFormatException("The index ends too early.");
            if (line.EndEntries is not null)
            {
                return members;
            }
            members.AddRange(line.Members ?? throw new IndexFormatException("The index has no list of members where it should be."));
        }
    }

    /// <summary>The entries in order.</summary>
    /// <exception cref="IndexFormatException">The index is damaged, cut, or of a newer version.</exception>
    public IEnumerable<IndexEntry> ReadEntries()
    {
        if (Next() is not { Version: { } version })
        {
            throw new IndexFormatException("The file is no index.");
        }
        if (version > IndexFormat.Version)
        {
            throw new IndexFormatException($"The index has version {version}; this CloudBackup reads up to {IndexFormat.Version}.");
        }
        long count = 0;
        while (true)
        {
            var line = Next() ?? throw new IndexFormatException("The index ends too early.");
            if (line.Entry is { } entry)
            {
                if (++count > _bounds.Entries)
                {
                    throw new IndexFormatException("The index has more entries than the backup's record says.");
                }
                yield return entry;
            }
            else if (line.EndEntries is { } expected)
            {
                if (expected != count || Next() is not null)
                {
                    throw new IndexFormatException("The index does not hold the entries that it says it holds.");
                }
                yield break;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private IndexLine? Next()
    {
        try
        {
            if (!_lines.TryRead(out var text))
            {
                return null;
            }
            var line = IndexEntryParser.Parse(text);
            return line switch
            {
                { Members.Count: > 0 } => Check(line),
                { Entry: null, Version: null, EndEntries: null } => throw new IndexFormatException("A line of the index says nothing."),
                _ => line,
            };
        }
        catch (InvalidDataException failure)
        {
            throw new IndexFormatException("The index is damaged.", failure);
        }
    }

    private IndexLine Check(IndexLine line)
    {
        foreach (var length in line.Members!)
        {
            if (length is <= 0 or > uint.MaxValue || length > _bounds.ArchiveLength - _archiveLength)
            {
                throw new IndexFormatException("The index has a member of an impossible length.");
            }
            _archiveLength += length;
        }
        return line;
    }
}
