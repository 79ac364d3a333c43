namespace CloudBackup.FileTree;

/// <summary>Tells which parts of a file lie in holes, for a reader that goes from its start to its end.</summary>
internal sealed class HoleFinder(ReadableFile file)
{
    private long _dataStart;
    private long _dataEnd = file.Facts.IsSparse ? 0 : long.MaxValue;

    /// <summary>Whether the <paramref name="length"/> bytes from an offset are all in a hole. Offsets never go back.</summary>
    public bool IsHole(long offset, int length)
    {
        if (offset >= _dataEnd && !file.TryFindData(offset, out _dataStart, out _dataEnd))
        {
            (_dataStart, _dataEnd) = (long.MaxValue, long.MaxValue);
        }
        return _dataStart >= offset + length;
    }
}
