using System.Runtime.InteropServices;

namespace CloudBackup.FileTree.Linux;

/// <summary>A new regular file of a Linux file system.</summary>
internal sealed unsafe class LinuxWritableFile(int file, string path) : WritableFile(path)
{
    private const nuint LongestCopy = 1 << 30;

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
    public override long CopyFrom(ReadableFile source)
    {
        var from = ((LinuxReadableFile)source).Descriptor;
        if (LibC.CloneFile(_file, LibC.CloneRequest, from) == 0)
        {
            return source.ReadFacts().Size;
        }
        long total = 0;
        while (true)
        {
            var count = LibC.CopyFileRange(from, &total, _file, null, LongestCopy, 0);
            if (count > 0)
            {
                continue; // the system has moved both places on
            }
            if (count == 0 && total > 0)
            {
                return total;
            }
            var error = count == 0 ? 0 : Marshal.GetLastPInvokeError();
            if (error == LibC.Interrupted)
            {
                continue;
            }
            // Not between these file systems, or a file system that says «nothing» for files that it makes while they are read.
            return total == 0 && error is 0 or LibC.CrossDevice or LibC.InvalidArgument or LibC.NotSupported or LibC.NotImplemented
                ? base.CopyFrom(source)
                : throw Errno.For(error, "copy to", Path);
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
    public override void RemoveAccessLists() => LinuxAttributes.RemoveAccessLists(_file);

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
