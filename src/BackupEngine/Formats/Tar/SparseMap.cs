namespace CloudBackup.Formats.Tar;

/// <summary>Which stretches of a sparse file an archive holds; the rest are holes.</summary>
internal sealed class SparseMap
{
    /// <summary>Stretches that a map may have, empty ones too: at 16 bytes each they take 64 MB of memory.</summary>
    private const int MostStretches = 4 * 1024 * 1024;

    private readonly List<(long Offset, long Length)> _stretches = [];
    private long _end;
    private int _count;

    /// <summary>The stretches, in the order of the file.</summary>
    public IReadOnlyList<(long Offset, long Length)> Stretches => _stretches;

    /// <summary>The length of the file with its holes.</summary>
    public long RealSize { get; init; }

    /// <summary>Bytes of all stretches together.</summary>
    public long StoredSize { get; private set; }

    /// <summary>Adds the next stretch; an empty one at the end only marks the end.</summary>
    /// <exception cref="TarFormatException">It is not behind the one before, leads beyond the end, or there are too many.</exception>
    public void Add(long offset, long length)
    {
        if (offset < _end || length < 0 || length > RealSize || offset > RealSize - length)
        {
            throw new TarFormatException("The map of a sparse file is malformed.");
        }
        Require(++_count);
        if (length == 0)
        {
            return;
        }
        _stretches.Add((offset, length));
        _end = offset + length;
        StoredSize += length;
    }

    /// <summary>Refuses a map of so many stretches.</summary>
    /// <exception cref="TarFormatException">They are too many.</exception>
    public static void Require(long count)
    {
        if (count > MostStretches)
        {
            throw new TarFormatException("A sparse file has more than 4,194,304 stretches. Unpack the archive with 'tar -x' and import the folder.");
        }
    }
}
