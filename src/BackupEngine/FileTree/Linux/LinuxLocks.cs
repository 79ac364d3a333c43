using System.Runtime.InteropServices;

namespace CloudBackup.FileTree.Linux;

/// <summary>
/// Record locks (fcntl(2)). A lock belongs to the open file, so that closing another handle of the same file in this process releases nothing.
/// A kernel without such locks has those of the process, which other programs see the same way.
/// </summary>
internal static unsafe class LinuxLocks
{
    /// <summary>Sets or releases a lock without waiting; false when another program's lock is in the way.</summary>
    public static bool TrySet(int file, short type, long start, long length, string path)
    {
        var request = new LibC.RecordLock { Type = type, Start = start, Length = length };
        return Call(file, LibC.SetOpenFileLock, LibC.SetProcessLock, &request) switch
        {
            0 => true,
            LibC.TryAgain or LibC.AccessDenied => false,
            var error => throw Errno.For(error, "lock", path),
        };
    }

    /// <summary>Whether another program holds a lock on part of the stretch.</summary>
    public static bool IsHeld(int file, long start, long length, string path)
    {
        var request = new LibC.RecordLock { Type = LibC.ExclusiveLock, Start = start, Length = length };
        var error = Call(file, LibC.GetOpenFileLock, LibC.GetProcessLock, &request);
        return error == 0 ? request.Type != LibC.NoLock : throw Errno.For(error, "lock", path);
    }

    private static int Call(int file, int command, int older, LibC.RecordLock* request)
    {
        while (LibC.Lock(file, command, request) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == LibC.InvalidArgument && command != older)
            {
                command = older;
            }
            else if (error != LibC.Interrupted)
            {
                return error;
            }
        }
        return 0;
    }
}
