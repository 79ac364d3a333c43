namespace CloudBackup.FileTree.Portable;

/// <summary>Translates .NET's file exceptions.</summary>
internal static class PortableErrors
{
    private const int DiskFull = unchecked((int)0x80070070);
    private const int HandleDiskFull = unchecked((int)0x80070027);
    private const int FileExists = unchecked((int)0x80070050);
    private const int AlreadyExists = unchecked((int)0x800700B7);
    private const int DirectoryNotEmpty = unchecked((int)0x80070091);
    private const int NotSameDevice = unchecked((int)0x80070011);

    /// <summary>Runs <paramref name="action"/>; what .NET throws becomes a <see cref="FileTreeException"/>.</summary>
    public static T Run<T>(string operation, string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (FileTreeException)
        {
            throw;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new FileTreeException(KindOf(failure), operation, path, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <summary>The same for what returns nothing.</summary>
    public static void Run(string operation, string path, Action action) => Run(operation, path, () =>
    {
        action();
        return true;
    });

    private static FileTreeErrorKind KindOf(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => FileTreeErrorKind.NotFound,
        UnauthorizedAccessException => FileTreeErrorKind.AccessDenied,
        PathTooLongException => FileTreeErrorKind.NameTooLong,
        NotSupportedException => FileTreeErrorKind.NotSupported,
        { HResult: DiskFull or HandleDiskFull or 28 } => FileTreeErrorKind.OutOfSpace,
        { HResult: FileExists or AlreadyExists or 17 } => FileTreeErrorKind.AlreadyExists,
        { HResult: DirectoryNotEmpty or 39 or 66 } => FileTreeErrorKind.NotEmpty,
        { HResult: NotSameDevice or 18 } => FileTreeErrorKind.CrossDevice,
        _ => FileTreeErrorKind.InputOutput,
    };
}
