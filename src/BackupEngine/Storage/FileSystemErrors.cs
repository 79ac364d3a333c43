using CloudBackup.FileTree;

namespace CloudBackup.Storage;

/// <summary>The one place where failures of a file system become storage errors.</summary>
internal static class FileSystemErrors
{
    /// <summary>Runs <paramref name="action"/> and translates its failure.</summary>
    public static T Run<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (FileTreeException failure)
        {
            throw Translate(failure, path);
        }
    }

    /// <summary>The storage error for a failure.</summary>
    public static StorageException Translate(FileTreeException failure, string path) => new(
        failure.Kind switch
        {
            FileTreeErrorKind.NotFound => StorageErrorKind.NotFound,
            FileTreeErrorKind.AccessDenied or FileTreeErrorKind.ReadOnly => StorageErrorKind.AccessDenied,
            FileTreeErrorKind.AlreadyExists => StorageErrorKind.AlreadyExists,
            FileTreeErrorKind.OutOfSpace => StorageErrorKind.OutOfSpace,
            FileTreeErrorKind.NameTooLong or FileTreeErrorKind.WrongKind or FileTreeErrorKind.IsLink => StorageErrorKind.Misconfigured,
            FileTreeErrorKind.Busy or FileTreeErrorKind.Stale => StorageErrorKind.Transient,
            _ => StorageErrorKind.Other,
        },
        path,
        failure.Message,
        failure);
}
