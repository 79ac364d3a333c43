using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

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
                : throw new FileTreeException(FileTreeErrorKind.WrongKind, "read", path, "it is no longer a regular file");
        }
        catch
        {
            _ = LibC.Close(file);
            throw;
        }
    }

    /// <summary>Opens a regular file by its path; links are followed. Looked at before it is opened, since opening a device may do something.</summary>
    /// <exception cref="IOException">It is not there, cannot be read, or is no regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SafeFileHandle OpenRegular(string path)
    {
        fixed (byte* bytes = CString.FromPath(path))
        {
            LibC.StatxResult found;
            if (LibC.Statx(LibC.CurrentDirectory, bytes, 0, LibC.StatxBasic, &found) != 0)
            {
                throw Plain(Errno.Last("read", path));
            }
            RequireRegular(found.Mode & LibC.ModeKindMask);
            var file = LibC.OpenAt(LibC.CurrentDirectory, bytes, LibC.OpenReadOnly | LibC.OpenNonBlocking | LibC.OpenCloseOnExec, 0);
            if (file < 0)
            {
                throw Plain(Errno.Last("read", path));
            }
            var handle = new SafeFileHandle(file, ownsHandle: true);
            byte empty = 0;
            if (LibC.Statx(file, &empty, LibC.AtEmptyPath, LibC.StatxBasic, &found) == 0 && (found.Mode & LibC.ModeKindMask) == LibC.ModeRegular)
            {
                return handle;
            }
            handle.Dispose();
            throw new IOException("It is no longer a regular file.");
        }
    }

    private static void RequireRegular(int kind)
    {
        if (kind != LibC.ModeRegular)
        {
            throw new IOException(kind == LibC.ModeDirectory ? "It is a folder, not a file." : "It is a pipe, a socket or a device, not a file.");
        }
    }

    /// <summary>What .NET's own file access throws, with words that do not name the file: the error that reports it does.</summary>
    private static Exception Plain(FileTreeException failure) => failure.Kind switch
    {
        FileTreeErrorKind.NotFound => new FileNotFoundException("There is no such file.", failure.Path, failure),
        FileTreeErrorKind.AccessDenied => new UnauthorizedAccessException(failure.Reason + ".", failure),
        _ => new IOException(failure.Reason + ".", failure),
    };

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
    public override bool TryLockShared(long start, long length) => LinuxLocks.TrySet(_file, LibC.SharedLock, start, length, Path);

    /// <inheritdoc/>
    public override void Unlock(long start, long length) => LinuxLocks.TrySet(_file, LibC.NoLock, start, length, Path);

    /// <inheritdoc/>
    public override bool IsLocked(long start, long length) => LinuxLocks.IsHeld(_file, start, length, Path);

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
