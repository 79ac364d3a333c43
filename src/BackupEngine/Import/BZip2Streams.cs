using CloudBackup.Infrastructure;
using ICSharpCode.SharpZipLib.BZip2;

namespace CloudBackup.Import;

/// <summary>
/// The content of a bzip2 file. It may consist of several streams, one after the other: so write those programs that compress on all cores.
/// Only zeros may follow the last one: anything else is a damaged stream, or was appended.
/// </summary>
internal sealed class BZip2Streams : ReadOnlyStream
{
    private const int MagicLength = 3;

    private readonly BufferedStream _file;
    private BZip2InputStream? _current;

    /// <summary>Starts reading.</summary>
    /// <param name="file">The file; disposed with this.</param>
    public BZip2Streams(Stream file)
    {
        // It is read byte by byte.
        _file = new BufferedStream(file, 64 * 1024);
        _current = Next();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        if (count == 0)
        {
            return 0;
        }
        while (_current is { } current)
        {
            if (ForeignData.Decode(() => current.Read(buffer, offset, count)) is > 0 and var read)
            {
                return read;
            }
            current.Dispose();
            _current = Next();
        }
        return 0;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = new byte[buffer.Length];
        var count = Read(bytes, 0, bytes.Length);
        bytes.AsMemory(0, count).CopyTo(buffer);
        return ValueTask.FromResult(count);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current?.Dispose();
            _file.Dispose();
        }
        base.Dispose(disposing);
    }

    private BZip2InputStream? Next()
    {
        var start = new PeekStream(_file, MagicLength);
        if (start.StartsWith("BZh"u8))
        {
            return ForeignData.Decode(() => new BZip2InputStream(start) { IsStreamOwner = false });
        }
        RequireZeros(start);
        return null;
    }

    /// <summary>Zeros are what tapes and block devices fill up with.</summary>
    private static void RequireZeros(PeekStream rest)
    {
        var buffer = new byte[64 * 1024];
        while (rest.Read(buffer, 0, buffer.Length) is > 0 and var count)
        {
            if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
            {
                throw new InvalidDataException("What follows the end of the bzip2 file does not belong to it. Either it is damaged, or something was "
                    + "appended: if that is so, unpack it with 'bzip2 -dc' and import what comes out.");
            }
        }
    }
}
