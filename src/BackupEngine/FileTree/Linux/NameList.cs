using System.Collections;

namespace CloudBackup.FileTree.Linux;

/// <summary>
/// The names of one folder, packed into one byte array and ordered by their bytes; a text is made only of the name that is asked for.
/// A folder of a million files costs its names' bytes plus four bytes each.
/// </summary>
internal sealed class NameList : IReadOnlyList<string>, IComparer<int>
{
    private byte[] _bytes = [];
    private int[] _starts = [];
    private int _used;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public string this[int index] => PathText.FromBytes(NameAt(_starts[index]));

    /// <summary>Adds a name without its terminating zero.</summary>
    public void Add(ReadOnlySpan<byte> name)
    {
        Reserve(ref _bytes, _used + name.Length + 1);
        Reserve(ref _starts, Count + 1);
        _starts[Count++] = _used;
        name.CopyTo(_bytes.AsSpan(_used));
        _bytes[_used + name.Length] = 0;
        _used += name.Length + 1;
    }

    /// <summary>
    /// Orders the names by their bytes, each once: a folder that changes while it is read may tell the same name twice (readdir(3), "whether
    /// new entries are returned is unspecified"; network file systems and FUSE do it).
    /// </summary>
    public void Sort()
    {
        Array.Sort(_starts, 0, Count, this);
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (kept == 0 || !NameAt(_starts[i]).SequenceEqual(NameAt(_starts[kept - 1])))
            {
                _starts[kept++] = _starts[i];
            }
        }
        Count = kept;
    }

    /// <inheritdoc/>
    int IComparer<int>.Compare(int x, int y) => NameAt(x).SequenceCompareTo(NameAt(y));

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private ReadOnlySpan<byte> NameAt(int start)
    {
        var rest = _bytes.AsSpan(start, _used - start);
        return rest[..rest.IndexOf((byte)0)];
    }

    private static void Reserve<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            Array.Resize(ref array, Math.Max(length, Math.Max(16, array.Length * 2)));
        }
    }
}
