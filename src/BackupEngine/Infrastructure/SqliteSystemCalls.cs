using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CloudBackup.FileTree;
using CloudBackup.FileTree.Linux;

namespace CloudBackup.Infrastructure;

/// <summary>
/// Stands between SQLite and the system calls that open and remove files, by SQLite's own interface for that (sqlite.org/c3ref/vfs.html,
/// <c>xSetSystemCall</c>). Only a thread with rules is affected: SQLite names files by their paths, resolves symbolic links in them, and
/// removes whatever file a journal names; none of that may happen where another user can write.
/// </summary>
internal static unsafe partial class SqliteSystemCalls
{
    private const int Refused = 13; // EACCES: SQLite then tries to open read-only, and gives up

    [ThreadStatic]
    private static Rules? _rules;

    private static delegate* unmanaged[Cdecl]<byte*, int, int, int> _open;
    private static delegate* unmanaged[Cdecl]<byte*, int> _remove;
    private static delegate* unmanaged[Cdecl]<byte*, void*, int> _stat;
    private static delegate* unmanaged[Cdecl]<byte*, void*, int> _linkStat;

    private static readonly Lazy<bool> Installed = new(Install);

    /// <summary>Confines SQLite on this thread to the given files, until the result is disposed.</summary>
    /// <param name="database">The database, by the handle of its folder; its side files are allowed with it.</param>
    /// <param name="identity">What the file was when it was looked at: another one is refused.</param>
    /// <param name="copy">The path of the copy that is made.</param>
    public static IDisposable Confine(string database, (ulong Device, ulong Inode) identity, string copy)
    {
        _ = Installed.Value;
        return _rules = new Rules(PathText.ToBytes(database), PathText.ToBytes(copy), identity);
    }

    private static bool Install()
    {
        var system = FindSystem(null);
        _open = (delegate* unmanaged[Cdecl]<byte*, int, int, int>)Get(system, "open"u8);
        _remove = (delegate* unmanaged[Cdecl]<byte*, int>)Get(system, "unlink"u8);
        _stat = (delegate* unmanaged[Cdecl]<byte*, void*, int>)Get(system, "stat"u8);
        _linkStat = (delegate* unmanaged[Cdecl]<byte*, void*, int>)Get(system, "lstat"u8);
        Set(system, "open"u8, (nint)(delegate* unmanaged[Cdecl]<byte*, int, int, int>)&Open);
        Set(system, "unlink"u8, (nint)(delegate* unmanaged[Cdecl]<byte*, int>)&Remove);
        if (_linkStat is not null)
        {
            Set(system, "stat"u8, (nint)(delegate* unmanaged[Cdecl]<byte*, void*, int>)&Stat);
            Set(system, "lstat"u8, (nint)(delegate* unmanaged[Cdecl]<byte*, void*, int>)&LinkStat);
        }
        return true;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(byte* path, int flags, int mode)
    {
        if (_rules is not { } rules)
        {
            return _open(path, flags, mode);
        }
        var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path);
        if (!rules.IsOfDatabase(name))
        {
            return rules.MayOpen(name) ? _open(path, flags, mode) : Refuse();
        }
        // A pipe in the file's place must not hang us, and a link not lead anywhere.
        var file = _open(path, flags | LibC.OpenNonBlocking | LibC.OpenNoFollow, mode);
        if (file >= 0 && !rules.IsExpected(name, file))
        {
            _ = LibC.Close(file);
            return Refuse();
        }
        return file;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Remove(byte* path) =>
        _rules?.MayRemove(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path)) ?? true ? _remove(path) : Refuse();

    /// <summary>What SQLite asks of the database's path it asks of the file there, not of what a link leads to.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Stat(byte* path, void* result) =>
        _rules?.IsOfDatabase(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path)) ?? false ? _linkStat(path, result) : _stat(path, result);

    /// <summary>The folder's handle looks like a link, which SQLite would replace by the path that the folder has at the moment.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int LinkStat(byte* path, void* result) =>
        _rules?.IsWayToDatabase(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path)) ?? false ? _stat(path, result) : _linkStat(path, result);

    private static int Refuse()
    {
        Marshal.SetLastSystemError(Refused);
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
    private sealed class Rules(byte[] database, byte[] copy, (ulong Device, ulong Inode) identity) : IDisposable
    {
        private readonly int _folderLength = database.AsSpan().LastIndexOf((byte)'/');

        public bool IsOfDatabase(ReadOnlySpan<byte> path) =>
            path.StartsWith(database) && (path.Length == database.Length || path[database.Length] == (byte)'-');

        public bool IsWayToDatabase(ReadOnlySpan<byte> path) => database.AsSpan(0, _folderLength).StartsWith(path);

        public bool MayOpen(ReadOnlySpan<byte> path) =>
            path.StartsWith(copy) || path.SequenceEqual("/dev/urandom"u8) || path.SequenceEqual(database.AsSpan(0, _folderLength));

        public bool MayRemove(ReadOnlySpan<byte> path) =>
            path.StartsWith(copy) || (IsOfDatabase(path) && path.Length > database.Length);

        public bool IsExpected(ReadOnlySpan<byte> path, int file)
        {
            try
            {
                var facts = LinuxFacts.Of(file, "");
                return facts.Kind == EntryKind.File && (path.Length > database.Length || facts.Identity == identity);
            }
            catch (FileTreeException)
            {
                return false;
            }
        }

        public void Dispose() => _rules = null;
    }
}
