using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CloudBackup.Formats.Lines;

/// <summary>
/// Reads a file of lines, one at a time, in constant memory. That the file is whole shows at its end: what came before may be
/// planned with, but nothing may be done because of it.
/// </summary>
/// <typeparam name="TLine">The kind of line.</typeparam>
internal sealed class LineFileReader<TLine> : IDisposable
    where TLine : ILine<TLine>
{
    private const int LongestLine = 64 * 1024 * 1024;

    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _footer = new byte[LineFileFormat.FooterLength];
    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;
    private long _left;
    private long _count;

    private LineFileReader(FileStream file) => _file = file;

    /// <summary>What the file says that it is about.</summary>
    public LineStamp Stamp { get; private set; } = LineStamp.None;

    /// <summary>How many lines the file says that it has.</summary>
    public long Count { get; private set; }

    /// <summary>Opens a file that is whole, which is looked at first; null when there is none.</summary>
    public static LineFileReader<TLine>? TryOpenWhole(string path)
    {
        var reader = TryOpen(path);
        try
        {
            if (reader is not null && IsWhole(path))
            {
                return reader;
            }
        }
        catch (IOException)
        {
            // As if there were none: what it would tell is found out otherwise.
        }
        reader?.Dispose();
        return null;
    }

    /// <summary>What a file says that it is about; null when there is none, or it is none of ours.</summary>
    public static LineStamp? ReadStamp(string path)
    {
        using var reader = TryOpen(path);
        return reader?.Stamp;
    }

    /// <summary>Opens a file; null when there is none, or it is none of ours.</summary>
    public static LineFileReader<TLine>? TryOpen(string path)
    {
        LineFileReader<TLine>? reader = null;
        try
        {
            reader = new LineFileReader<TLine>(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
            reader.Begin();
            return reader;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or LineFileException)
        {
            reader?.Dispose();
            return null;
        }
    }

    /// <summary>Opens a file of this run.</summary>
    /// <exception cref="LineFileException">It is gone.</exception>
    public static LineFileReader<TLine> Open(string path) => TryOpen(path) ?? throw new LineFileException($"'{path}' is gone.");

    /// <summary>The lines of a file of this run, in order. Each enumeration opens it anew.</summary>
    /// <exception cref="LineFileException">The file is gone, damaged or cut.</exception>
    public static IEnumerable<TLine> Read(string path)
    {
        using var reader = Open(path);
        foreach (var line in reader.ReadAll())
        {
            yield return line;
        }
    }

    /// <summary>The lines, in order. Enumerated once.</summary>
    /// <exception cref="LineFileException">The file is damaged or cut.</exception>
    public IEnumerable<TLine> ReadAll()
    {
        while (ReadLength() is > 0 and var length)
        {
            Need(length);
            var line = Decode(_buffer.AsSpan(_start, length));
            _start += length;
            _count++;
            yield return line;
        }
        CheckEnd();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
    }

    private static bool IsWhole(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 * 1024];
        for (var left = file.Length - SHA256.HashSizeInBytes; left > 0;)
        {
            var count = file.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (count == 0)
            {
                return false;
            }
            hash.AppendData(buffer, 0, count);
            left -= count;
        }
        return file.ReadAtLeast(buffer, SHA256.HashSizeInBytes, throwOnEndOfStream: false) == SHA256.HashSizeInBytes
            && hash.GetHashAndReset().AsSpan().SequenceEqual(buffer.AsSpan(0, SHA256.HashSizeInBytes));
    }

    private static TLine Decode(ReadOnlySpan<byte> bytes)
    {
        var decoder = new LineDecoder(bytes);
        var line = TLine.Read(ref decoder);
        return decoder.IsAtEnd ? line : throw new LineFileException("A line is longer than what is in it.");
    }

    private void Begin()
    {
        if (_file.Length < LineFileFormat.Magic.Length + _footer.Length)
        {
            throw new LineFileException("The file is cut.");
        }
        _file.Position = _file.Length - _footer.Length;
        _file.ReadExactly(_footer);
        (Count, Stamp) = LineFileFormat.ReadFooter(_footer);
        _file.Position = 0;
        _left = _file.Length - SHA256.HashSizeInBytes;
        Need(LineFileFormat.Magic.Length);
        if (!_buffer.AsSpan(_start, LineFileFormat.Magic.Length).SequenceEqual(LineFileFormat.Magic))
        {
            throw new LineFileException("The file is of another kind.");
        }
        _start += LineFileFormat.Magic.Length;
    }

    private int ReadLength()
    {
        Need(sizeof(int));
        var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start));
        _start += sizeof(int);
        return length is >= 0 and <= LongestLine ? length : throw new LineFileException("A line has no plausible length.");
    }

    private void CheckEnd()
    {
        var rest = _footer.Length - sizeof(int) - SHA256.HashSizeInBytes;
        Need(rest);
        var isLast = _end - _start == rest && _left == 0;
        if (!isLast || _count != Count || !_hash.GetHashAndReset().AsSpan().SequenceEqual(_footer.AsSpan(_footer.Length - SHA256.HashSizeInBytes)))
        {
            throw new LineFileException("The file is damaged.");
        }
    }

    /// <summary>Makes sure that so many bytes stand in the buffer.</summary>
    private void Need(int count)
    {
        if (_end - _start >= count)
        {
            return;
        }
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_buffer.Length < count)
        {
            Array.Resize(ref _buffer, count * 2);
        }
        while (_end < count)
        {
            var read = _file.Read(_buffer, _end, (int)Math.Min(_buffer.Length - _end, _left));
            if (read == 0)
            {
                throw new LineFileException("The file is cut.");
            }
            _hash.AppendData(_buffer, _end, read);
            _end += read;
            _left -= read;
        }
    }
}
