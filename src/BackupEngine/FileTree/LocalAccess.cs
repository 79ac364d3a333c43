using System.Runtime.InteropServices;
using CloudBackup.FileTree.Linux;

namespace CloudBackup.FileTree;

/// <summary>What may be done in a folder, found out without doing it.</summary>
internal static class LocalAccess
{
    /// <summary>
    /// Whether entries can be made in an existing folder: rights, and a file system that is not read-only. True where the system cannot be
    /// asked; trying will tell.
    /// </summary>
    public static bool CanWrite(string folder) => !LocalFileSystem.IsFull || CanWriteOnLinux(folder);

    /// <summary>Whether an entry belongs to the current user; true where owners are not told.</summary>
    public static bool IsOwn(in FileFacts facts) => !LocalFileSystem.IsFull || facts.UserId == LibC.GetEffectiveUserId();

    /// <summary>The folder, or the nearest one above it that is there.</summary>
    public static string NearestExisting(string folder)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { } parent)
        {
            path = parent;
        }
        return path;
    }

    /// <summary>Bytes that the current user can still write to a folder, or to where it would be made.</summary>
    public static long FreeSpace(string folder) => new DriveInfo(NearestExisting(folder)).AvailableFreeSpace;

    /// <summary>Has the file system set space aside for a part of an open file.</summary>
    /// <returns>0, or the number of the system's error.</returns>
    public static int Reserve(int file, nint offset, nint length) => LibC.Allocate(file, 0, offset, length) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static unsafe bool CanWriteOnLinux(string folder)
    {
        fixed (byte* path = CString.FromPath(folder))
        {
            return LibC.AccessAt(LibC.CurrentDirectory, path, LibC.MayWrite | LibC.MayEnter, LibC.EffectiveAccess) == 0;
        }
    }
}
