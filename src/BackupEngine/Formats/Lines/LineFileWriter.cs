using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CloudBackup.Formats.Lines;

/// <summary>
/// Writes lines to a file, in order. The file ends in a count, its stamp and a hash of everything before: one that was cut or changed
/// is recognized. Not thread-safe.
/// </summary>
/// <typeparam name="TLine">The kind of line.</typeparam>
internal sealed class LineFileWriter<TLine> : IDisposable
    where TLine : ILine<TLine>
{
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly LineEncoder _encoder = new();
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _filled;

    /// <summary>Creates the file, in place of one of the same name.</summary>
    public LineFileWriter(string path)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        Append(LineFileFormat.Magic);
    }

    /// <summary>Lines so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a line.</summary>
    public void Write(TLine line)
    {
        _encoder.Clear();
        line.Write(_encoder);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, _encoder.Span.Length);
        Append(length);
        Append(_encoder.Span);
        Count++;
    }

    /// <summary>Ends the file; without this it does not count as whole.</summary>
    /// <param name="stamp">What it is about.</param>
    /// <param name="isDurable">Whether it must survive a power cut.</param>
    public void Complete(LineStamp stamp, bool isDurable)
    {
        var footer = new byte[LineFileFormat.FooterLength];
        LineFileFormat.WriteFooter(footer, Count, stamp);
        Append(footer.AsSpan(0, footer.Length - SHA256.HashSizeInBytes));
        Empty();
        _file.Write(_hash.GetHashAndReset());
        _file.Flush(isDurable);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = Math.Min(bytes.Length, _buffer.Length - _filled);
            bytes[..count].CopyTo(_buffer.AsSpan(_filled));
            _filled += count;
            bytes = bytes[count..];
            if (_filled == _buffer.Length)
            {
                Empty();
            }
        }
    }

    private void Empty()
    {
        _hash.AppendData(_buffer, 0, _filled);
        _file.Write(_buffer, 0, _filled);
        _filled = 0;
    }
}
