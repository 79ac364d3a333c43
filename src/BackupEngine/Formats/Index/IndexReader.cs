using System.IO.Compression;

namespace CloudBackup.Formats.Index;

/// <summary>Reads an index file, one entry at a time, in constant memory.</summary>
internal sealed class IndexReader : IDisposable
{
    private readonly LineReader _lines;

    /// <summary>Starts reading; the reader owns <paramref name="input"/>.</summary>
    public IndexReader(Stream input) => _lines = new LineReader(new GZipStream(input, CompressionMode.Decompress));

    /// <summary>Reads the lengths of the archive's members from a stream that begins at the second gzip member.</summary>
    /// <exception cref="IndexFormatException">The index is damaged or cut.</exception>
    public static List<long> ReadMembers(Stream input)
    {
        using var reader = new IndexReader(input);
        var members = new List<long>();
        while (true)
        {
            var line = reader.Next() ?? throw new IndexFormatException("The index ends too early.");
            if (line.EndEntries is not null)
            {
                return members;
            }
            members.AddRange(line.Members ?? throw new IndexFormatException("The index has no list of members where it should be."));
            if (line.Members.Exists(length => length is < 0 or > uint.MaxValue))
            {
                throw new IndexFormatException("The index has a member of an impossible length.");
            }
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
                count++;
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
            return _lines.TryRead(out var line) ? IndexEntryParser.Parse(line) : null;
        }
        catch (InvalidDataException failure)
        {
            throw new IndexFormatException("The index is damaged.", failure);
        }
    }
}
