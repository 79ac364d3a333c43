namespace CloudBackup.Formats.Index;

/// <summary>Splits a stream of bytes at line ends without making a text of them.</summary>
internal sealed class LineReader(Stream input) : IDisposable
{
    private const int LongestLine = 64 * 1024 * 1024;

    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next line without its end; valid until the next call. False at the end of the stream.</summary>
    /// <exception cref="IndexFormatException">The last line has no end, or a line is implausibly long.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var at = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (at >= 0)
            {
                line = _buffer.AsSpan(_start, searched + at);
                _start += searched + at + 1;
                return true;
            }
            searched = _end - _start;
            if (!Fill())
            {
                line = default;
                return searched == 0 ? false : throw new IndexFormatException("The index ends in the middle of a line.");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => input.Dispose();

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LongestLine)
            {
                throw new IndexFormatException("A line of the index is implausibly long.");
            }
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        var count = input.Read(_buffer.AsSpan(_end));
        _end += count;
        return count > 0;
    }
}
