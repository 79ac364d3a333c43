using System.Runtime.InteropServices;

namespace CloudBackup.FileTree.Linux;

/// <summary>A regular file of a Linux file system, open for reading.</summary>
internal sealed unsafe class LinuxReadableFile : ReadableFile
{
    private int _file;

    private LinuxReadableFile(int file, string path, FileFacts facts)
        : base(path, facts) => _file = file;

    /// <summary>Takes over an open file descriptor; closes it when it turns out to be no regular file.</summary>
    public static LinuxReadableFile Adopt(int file, string path)
    {
        try
        {
            var facts = LinuxFacts.Of(file, path);
            return facts.Kind == EntryKind.File
                ? new LinuxReadableFile(file, path, facts)
                : throw new FileTreeException(FileTreeErrorKind.WrongKind, "read", path, "it is no regular file any more");
        }
        catch
        {
            _ = LibC.Close(file);
            throw;
        }
    }

    /// <summary>The open file, for calls that take two.</summary>
    public int Descriptor => _file;

    /// <inheritdoc/>
    public override FileFacts ReadFacts() => LinuxFacts.Of(_file, Path);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer, long offset)
    {
        var total = 0;
        fixed (byte* start = buffer)
        {
            while (total < buffer.Length)
            {
                var count = LibC.ReadAt(_file, start + total, (nuint)(buffer.Length - total), offset + total);
                if (count < 0)
                {
                    if (Marshal.GetLastPInvokeError() == LibC.Interrupted)
                    {
                        continue;
                    }
                    throw Errno.Last("read", Path);
                }
                if (count == 0)
                {
                    break;
                }
                total += (int)count;
            }
        }
        return total;
    }

    /// <inheritdoc/>
    public override bool TryFindData(long offset, out long start, out long end)
    {
        end = 0;
        start = LibC.Seek(_file, offset, LibC.SeekData);
        if (start < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == LibC.NoSuchDevice)
            {
                return false; // ENXIO: nothing but a hole follows
            }
            (start, end) = (offset, long.MaxValue);
            return true;
        }
        end = LibC.Seek(_file, start, LibC.SeekHole);
        if (end < 0)
        {
            end = long.MaxValue;
        }
        return true;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ExtendedAttribute> ReadAttributes() => LinuxAttributes.Read(_file, Path);

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
