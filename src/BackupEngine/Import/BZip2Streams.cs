using CloudBackup.Infrastructure;
using ICSharpCode.SharpZipLib.BZip2;

namespace CloudBackup.Import;

/// <summary>
/// The content of a bzip2 file. It may consist of several streams, one after the other: so write those programs that compress on all cores.
/// What follows the last one and is none is left alone, as bzip2 itself does.
/// </summary>
internal sealed class BZip2Streams : ReadOnlyStream
{
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
        var start = new PeekStream(_file);
        return start.StartsWith("BZh"u8) ? ForeignData.Decode(() => new BZip2InputStream(start) { IsStreamOwner = false }) : null;
    }
}
