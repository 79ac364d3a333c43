using System.Runtime.InteropServices;

namespace CloudBackup.FileTree.Linux;

/// <summary>A new regular file of a Linux file system.</summary>
internal sealed unsafe class LinuxWritableFile(int file, string path) : WritableFile(path)
{
    private int _file = file;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer, long offset)
    {
        var total = 0;
        fixed (byte* start = buffer)
        {
            while (total < buffer.Length)
            {
                var count = LibC.WriteAt(_file, start + total, (nuint)(buffer.Length - total), offset + total);
                if (count > 0)
                {
                    total += (int)count;
                }
                else if (count == 0 || Marshal.GetLastPInvokeError() != LibC.Interrupted)
                {
                    throw count == 0 ? Errno.For(LibC.NoSpace, "write", Path) : Errno.Last("write", Path);
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void SetLength(long length)
    {
        if (LibC.Truncate(_file, length) != 0)
        {
            throw Errno.Last("set the length of", Path);
        }
    }

    /// <inheritdoc/>
    public override void StartFlush(long offset, long count) => _ = LibC.SyncFileRange(_file, offset, count, LibC.SyncRangeWrite);

    /// <inheritdoc/>
    public override void Flush()
    {
        if (LibC.Flush(_file) != 0)
        {
            throw Errno.Last("flush", Path);
        }
    }

    /// <inheritdoc/>
    public override void ApplyMetadata(in EntryMetadata metadata, MetadataLosses losses) =>
        LinuxMetadata.Apply(_file, metadata, Path, losses);

    /// <inheritdoc/>
    public override void Dispose()
    {
        var file = Interlocked.Exchange(ref _file, -1);
        if (file >= 0)
        {
            _ = LibC.Close(file);
        }
    }
}
