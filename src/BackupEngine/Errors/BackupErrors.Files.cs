using CloudBackup.FileTree;

namespace CloudBackup;

/// <summary>Failures with files that a user names.</summary>
internal static partial class BackupErrors
{
    public static BackupException FileExists(string path) => new(
        nameof(FileExists),
        BackupErrorCategory.AlreadyExists,
        $"'{PathText.ForDisplay(path)}' exists already. Replace it with -Force, or name another destination.",
        path);

    public static BackupException FileNotRead(string path, Exception inner) => new(
        nameof(FileNotRead),
        inner is FileNotFoundException or DirectoryNotFoundException or FileTreeException { Kind: FileTreeErrorKind.NotFound }
            ? BackupErrorCategory.NotFound
            : BackupErrorCategory.SourceUnreadable,
        $"'{path}' cannot be read: {inner.Message}",
        path,
        inner);

    public static BackupException FileNotWritten(string path, Exception inner, bool isFull = false) => new(
        nameof(FileNotWritten),
        isFull ? BackupErrorCategory.OutOfSpace : BackupErrorCategory.AccessDenied,
        $"'{PathText.ForDisplay(path)}' cannot be written: {inner.Message}",
        path,
        inner);

    public static BackupException FolderNeedsRecurse(string path) => new(
        nameof(FolderNeedsRecurse),
        BackupErrorCategory.InvalidInput,
        $"'{path}' is a folder. Add -Recurse to work on everything in it.",
        path);

    public static BackupException DestinationNeeded(string path) => new(
        nameof(DestinationNeeded),
        BackupErrorCategory.InvalidInput,
        $"The name of '{path}' does not end in .enc, so that the name of the result is not clear. Name it with -Destination.",
        path);

    public static BackupException NamesTooLong(string[] paths, IReadOnlyList<string> reasons) => new(
        nameof(NamesTooLong),
        BackupErrorCategory.InvalidInput,
        $"{paths.Length} names cannot be encrypted, such as {Examples(paths, reasons)}. Rename them, or leave names readable with "
        + "-EncryptFileName:$false. Nothing was written. The error's target has all of them.",
        paths);
}
