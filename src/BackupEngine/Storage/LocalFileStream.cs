using CloudBackup.FileTree;
using CloudBackup.Infrastructure;

namespace CloudBackup.Storage;

/// <summary>A stretch of a local file as a stream. Owns the file.</summary>
internal sealed class LocalFileStream(ReadableFile file, string path, long start, long length) : SpanStream
{
    private long _position;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        buffer = buffer[..(int)Math.Min(buffer.Length, length - _position)];
        if (buffer.IsEmpty)
        {
            return 0;
        }
        try
        {
            var count = file.Read(buffer, start + _position);
            _position += count;
            return count > 0
                ? count
                : throw new StorageException(StorageErrorKind.Corrupt, path, $"'{path}' became shorter while it was read.");
        }
        catch (FileTreeException failure)
        {
            throw FileSystemErrors.Translate(failure, path);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }
        base.Dispose(disposing);
    }
}
