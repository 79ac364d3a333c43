using System.Globalization;

namespace CloudBackup.Formats.Tar;

/// <summary>What the pax records <c>GNU.sparse.*</c> tell of the next entry, in all three versions (0.0, 0.1, 1.0).</summary>
/// <param name="longestName">Bytes that the file's name may have.</param>
internal sealed class PaxSparse(int longestName)
{
    private readonly List<long> _numbers = [];
    private long? _size;
    private long _major;

    /// <summary>The file's name; the entry's own is a stand-in for readers that do not know sparse files.</summary>
    public string? Name { get; private set; }

    /// <summary>Whether the map is at the beginning of the content (version 1.0).</summary>
    public bool IsMapInContent => _major >= 1;

    /// <summary>Takes one record.</summary>
    /// <exception cref="TarFormatException">It is malformed.</exception>
    public void Apply(string key, ReadOnlySpan<byte> value)
    {
        switch (key["GNU.sparse.".Length..])
        {
            case "major":
                _major = Number(value) is <= 1 and var major ? major : throw Unknown();
                break;
            case "minor" when Number(value) > 1:
                throw Unknown();
            case "name":
                Name = PaxRecords.Name(value, longestName);
                break;
            case "size" or "realsize":
                _size = Number(value);
                break;
            case "offset" or "numbytes":
                Add(value);
                break;
            case "map":
                AddAll(value);
                break;
            default:
                break;
        }
    }

    /// <summary>The map: complete, or still empty when it is in the content.</summary>
    /// <exception cref="TarFormatException">It is malformed.</exception>
    public SparseMap MakeMap()
    {
        var map = new SparseMap { RealSize = _size ?? throw new TarFormatException("A sparse file does not tell its size.") };
        if (IsMapInContent)
        {
            return map;
        }
        if (_numbers.Count % 2 != 0)
        {
            throw new TarFormatException("The map of a sparse file is malformed.");
        }
        for (var i = 0; i < _numbers.Count; i += 2)
        {
            map.Add(_numbers[i], _numbers[i + 1]);
        }
        return map;
    }

    /// <summary>Reads one number.</summary>
    /// <exception cref="TarFormatException">It is not one.</exception>
    public static long Number(ReadOnlySpan<byte> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new TarFormatException("The map of a sparse file is malformed.");

    private static TarFormatException Unknown() => new("The archive holds a sparse file in a form that is newer than this reader.");

    private void AddAll(ReadOnlySpan<byte> list)
    {
        _numbers.Clear();
        foreach (var range in list.Split((byte)','))
        {
            if (!list[range].IsEmpty)
            {
                Add(list[range]);
            }
        }
    }

    private void Add(ReadOnlySpan<byte> number)
    {
        SparseMap.Require((_numbers.Count / 2) + 1);
        _numbers.Add(Number(number));
    }
}
