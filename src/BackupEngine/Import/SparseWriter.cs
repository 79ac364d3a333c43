using CloudBackup.Formats;
using CloudBackup.Formats.Tar;

namespace CloudBackup.Import;

/// <summary>Writes what an archive holds of a file to the places where it belongs.</summary>
/// <param name="file">The file.</param>
/// <param name="map">The places; null when it is all of the file.</param>
internal sealed class SparseWriter(ISparseFileTarget file, SparseMap? map)
{
    private int _next;
    private long _position;
    private long _left;

    /// <summary>Writes the next bytes.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        if (map is null)
        {
            file.Write(data);
            return;
        }
        while (!data.IsEmpty && (_left > 0 || TryMoveOn()))
        {
            var count = (int)Math.Min(_left, data.Length);
            file.Write(data[..count]);
            data = data[count..];
            _left -= count;
            _position += count;
        }
    }

    private bool TryMoveOn()
    {
        if (_next == map!.Stretches.Count)
        {
            return false;
        }
        var (offset, length) = map.Stretches[_next++];
        file.Skip(offset - _position);
        (_position, _left) = (offset, length);
        return true;
    }
}
