using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CloudBackup.FileTree;

namespace CloudBackup.Sqlite;

/// <summary>
/// Stands between SQLite and the system calls that look for, open, read and remove files, by SQLite's own interface for that
/// (sqlite.org/c3ref/vfs.html, <c>xSetSystemCall</c>). Rules are a thread's: a database and its journal can name other files, and SQLite reads a
/// long log without asking whether it should stop. For all threads, memory that is shared through a file has its place on the disk first.
/// </summary>
internal static unsafe partial class SqliteSystemCalls
{
    private const int Refused = 13; // EACCES
    private const int NotThere = 2; // ENOENT
    private const int Stopped = 5; // EIO
    private const int NoSpace = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT
    private const int Writable = 2; // PROT_WRITE

    [ThreadStatic]
    private static Rules? _rules;

    private static delegate* unmanaged[Cdecl]<byte*, int, int, int> _open;
    private static delegate* unmanaged[Cdecl]<byte*, int> _remove;
    private static delegate* unmanaged[Cdecl]<byte*, void*, int> _stat;
    private static delegate* unmanaged[Cdecl]<int, void*, nint, nint> _read;
    private static delegate* unmanaged[Cdecl]<int, void*, nint, long, nint> _readAt;

    private static delegate* unmanaged[Cdecl]<void*, nint, int, int, int, nint, nint> _map;

    private static readonly Lazy<bool> Installed = new(Install);

    /// <summary>Confines SQLite on this thread to a folder, until the result is disposed.</summary>
    /// <param name="folder">The real path of the folder.</param>
    /// <param name="cancellationToken">Makes reads fail.</param>
    public static IDisposable Confine(string folder, CancellationToken cancellationToken)
    {
        _ = Installed.Value;
        return _rules = new Rules([.. PathText.ToBytes(folder), (byte)'/'], cancellationToken);
    }

    /// <summary>
    /// Makes SQLite fail when the disk is too full for the memory that a database's processes share. Without this a write to that memory ends
    /// the process, on disks whose blocks are smaller than a page.
    /// </summary>
    public static void ReserveSharedMemory() => _ = Installed.Value;

    private static bool Install()
    {
        var system = FindSystem(null);
        _open = (delegate* unmanaged[Cdecl]<byte*, int, int, int>)Get(system, "open"u8);
        _remove = (delegate* unmanaged[Cdecl]<byte*, int>)Get(system, "unlink"u8);
        _stat = (delegate* unmanaged[Cdecl]<byte*, void*, int>)Get(system, "stat"u8);
        _read = (delegate* unmanaged[Cdecl]<int, void*, nint, nint>)Get(system, "read"u8);
        Set(system, "open"u8, (nint)(delegate* unmanaged[Cdecl]<byte*, int, int, int>)&Open);
        Set(system, "unlink"u8, (nint)(delegate* unmanaged[Cdecl]<byte*, int>)&Remove);
        Set(system, "stat"u8, (nint)(delegate* unmanaged[Cdecl]<byte*, void*, int>)&Stat);
        Set(system, "read"u8, (nint)(delegate* unmanaged[Cdecl]<int, void*, nint, nint>)&Read);
        if (OperatingSystem.IsLinux())
        {
            _map = (delegate* unmanaged[Cdecl]<void*, nint, int, int, int, nint, nint>)Get(system, "mmap"u8);
            Set(system, "mmap"u8, (nint)(delegate* unmanaged[Cdecl]<void*, nint, int, int, int, nint, nint>)&Map);
        }
        // SQLite is built to use one of these, or none: it then uses the plain read.
        foreach (var name in new[] { "pread", "pread64" })
        {
            var bytes = PathText.ToBytes(name + "\0");
            if (Get(system, bytes) is not 0 and var readAt)
            {
                _readAt = (delegate* unmanaged[Cdecl]<int, void*, nint, long, nint>)readAt;
                Set(system, bytes, (nint)(delegate* unmanaged[Cdecl]<int, void*, nint, long, nint>)&ReadAt);
            }
        }
        return true;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(byte* path, int flags, int mode) =>
        _rules?.MayOpen(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path)) ?? true ? _open(path, flags, mode) : Refuse(Refused);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Remove(byte* path) =>
        _rules?.IsInside(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path)) ?? true ? _remove(path) : Refuse(Refused);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Stat(byte* path, void* result) =>
        _rules?.IsInside(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path)) ?? true ? _stat(path, result) : Refuse(NotThere);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Read(int file, void* buffer, nint count) => _rules?.MustStop ?? false ? Refuse(Stopped) : _read(file, buffer, count);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint ReadAt(int file, void* buffer, nint count, long offset) =>
        _rules?.MustStop ?? false ? Refuse(Stopped) : _readAt(file, buffer, count, offset);

    /// <summary>Where the file system cannot reserve, the memory is as it would be without this.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Map(void* address, nint length, int protection, int flags, int file, nint offset) =>
        (protection & Writable) != 0 && LocalAccess.Reserve(file, offset, length) is (NoSpace or QuotaExceeded) and var error
            ? Refuse(error)
            : _map(address, length, protection, flags, file, offset);

    private static int Refuse(int error)
    {
        Marshal.SetLastSystemError(error);
        return -1;
    }

    private static nint Get(SqliteFileSystem* system, ReadOnlySpan<byte> name)
    {
        fixed (byte* text = name)
        {
            return system->GetSystemCall(system, text);
        }
    }

    private static void Set(SqliteFileSystem* system, ReadOnlySpan<byte> name, nint call)
    {
        fixed (byte* text = name)
        {
            _ = system->SetSystemCall(system, text, call);
        }
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find")]
    private static partial SqliteFileSystem* FindSystem(byte* name);

    /// <summary><c>struct sqlite3_vfs</c>, version 3.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SqliteFileSystem
    {
        public int Version;
        public int FileSize;
        public int LongestPath;
        public nint Next;
        public nint Name;
        public nint Data;
        public fixed long OtherMethods[13];
        public delegate* unmanaged[Cdecl]<SqliteFileSystem*, byte*, nint, int> SetSystemCall;
        public delegate* unmanaged[Cdecl]<SqliteFileSystem*, byte*, nint> GetSystemCall;
    }

    /// <summary>What a thread's SQLite may touch.</summary>
    private sealed class Rules(byte[] folder, CancellationToken cancellationToken) : IDisposable
    {
        public bool MustStop => cancellationToken.IsCancellationRequested;

        public bool IsInside(ReadOnlySpan<byte> path) => path.StartsWith(folder);

        /// <summary>The folder itself is opened to make a removal in it durable.</summary>
        public bool MayOpen(ReadOnlySpan<byte> path) =>
            IsInside(path) || path.SequenceEqual("/dev/urandom"u8) || path.SequenceEqual(folder.AsSpan(0, folder.Length - 1));

        public void Dispose() => _rules = null;
    }
}
