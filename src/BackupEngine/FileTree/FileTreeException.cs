namespace CloudBackup.FileTree;

/// <summary>Why an operation on a local file tree failed.</summary>
internal enum FileTreeErrorKind
{
    /// <summary>The entry, or a folder on the way to it, is not there.</summary>
    NotFound,

    /// <summary>The rights do not suffice.</summary>
    AccessDenied,

    /// <summary>There is such an entry already.</summary>
    AlreadyExists,

    /// <summary>The disk, or the quota, is full.</summary>
    OutOfSpace,

    /// <summary>The file system is mounted read-only.</summary>
    ReadOnly,

    /// <summary>A symbolic link stands where a folder or file was expected.</summary>
    IsLink,

    /// <summary>Something else than a folder stands where a folder was expected, or the other way round.</summary>
    WrongKind,

    /// <summary>The file system cannot do this.</summary>
    NotSupported,

    /// <summary>The name or path is longer than the file system takes.</summary>
    NameTooLong,

    /// <summary>It is on another file system.</summary>
    CrossDevice,

    /// <summary>The folder still has entries.</summary>
    NotEmpty,

    /// <summary>It is in use, for example as a mount point.</summary>
    Busy,

    /// <summary>
    /// The server does not know the handle any more: the entry was removed by another client, or the whole export went away.
    /// </summary>
    Stale,

    /// <summary>A read or write error of the device, or anything else.</summary>
    InputOutput,
}

/// <summary>A failed operation on a local file tree.</summary>
internal sealed class FileTreeException(FileTreeErrorKind kind, string operation, string path, string reason, Exception? inner = null)
    : IOException($"Cannot {operation} '{PathText.ForDisplay(path)}': {reason}.", inner)
{
    /// <summary>What .NET's own file access failed with, as one of these.</summary>
    public static FileTreeException From(string operation, string path, Exception failure) => failure as FileTreeException ?? new(
        failure is UnauthorizedAccessException ? FileTreeErrorKind.AccessDenied : FileTreeErrorKind.InputOutput,
        operation,
        path,
        failure.Message.TrimEnd('.'),
        failure);

    /// <summary>Why it failed.</summary>
    public FileTreeErrorKind Kind { get; } = kind;

    /// <summary>Whether what was looked for is not there, or something else is in its place.</summary>
    public bool MeansGone => Kind is FileTreeErrorKind.NotFound or FileTreeErrorKind.WrongKind or FileTreeErrorKind.IsLink;

    /// <summary>The entry.</summary>
    public string Path { get; } = path;

    /// <summary>The system's words for it.</summary>
    public string Reason { get; } = reason;
}
