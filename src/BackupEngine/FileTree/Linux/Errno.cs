using System.Runtime.InteropServices;

namespace CloudBackup.FileTree.Linux;

/// <summary>The one place where error numbers of Linux get a meaning.</summary>
internal static class Errno
{
    /// <summary>The exception for the error number of the call that has just failed.</summary>
    public static FileTreeException Last(string operation, string path) => For(Marshal.GetLastPInvokeError(), operation, path);

    /// <summary>The exception for an error number.</summary>
    public static FileTreeException For(int error, string operation, string path) =>
        new(KindOf(error), operation, path, Marshal.GetPInvokeErrorMessage(error));

    private static FileTreeErrorKind KindOf(int error) => error switch
    {
        LibC.NoSuchEntry => FileTreeErrorKind.NotFound,
        LibC.StaleHandle => FileTreeErrorKind.Stale,
        LibC.NotPermitted or LibC.AccessDenied => FileTreeErrorKind.AccessDenied,
        LibC.EntryExists => FileTreeErrorKind.AlreadyExists,
        LibC.NoSpace or LibC.QuotaExceeded => FileTreeErrorKind.OutOfSpace,
        LibC.ReadOnlyFileSystem => FileTreeErrorKind.ReadOnly,
        LibC.TooManyLinks => FileTreeErrorKind.IsLink,
        LibC.NotADirectory or LibC.IsADirectory => FileTreeErrorKind.WrongKind,
        LibC.NotSupported or LibC.NotImplemented or LibC.TooManyHardLinks => FileTreeErrorKind.NotSupported,
        LibC.NameTooLong => FileTreeErrorKind.NameTooLong,
        LibC.CrossDevice => FileTreeErrorKind.CrossDevice,
        LibC.DirectoryNotEmpty => FileTreeErrorKind.NotEmpty,
        LibC.DeviceBusy => FileTreeErrorKind.Busy,
        _ => FileTreeErrorKind.InputOutput,
    };
}
