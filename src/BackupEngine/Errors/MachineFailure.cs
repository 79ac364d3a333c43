using CloudBackup.FileTree;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CloudBackup;

/// <summary>
/// Turns what this machine's file systems answer (full, read-only, broken, forbidden) into the failures that a user can act on. The numbers are
/// Linux's; .NET keeps them in <see cref="Exception.HResult"/>.
/// </summary>
internal static class MachineFailure
{
    private const int InputOutputError = 5;
    private const int TryAgain = 11;
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;
    private const int SharingViolation = unchecked((int)0x80070020);

    /// <summary>Whether a file could not be opened because another process has it open for itself.</summary>
    public static bool IsInUse(IOException failure) => failure.HResult is TryAgain or SharingViolation;

    /// <summary>What a failure means; null when it is none of this machine's file systems.</summary>
    public static BackupException? Explain(Exception failure) => failure switch
    {
        SqliteException sqlite => ExplainDatabase(null, sqlite),
        FileTreeException { Kind: FileTreeErrorKind.OutOfSpace } => BackupErrors.MachineFull(failure.Message, failure),
        FileTreeException { Kind: FileTreeErrorKind.AccessDenied } => BackupErrors.MachineAccessDenied(failure.Message, failure),
        IOException { HResult: NoSpace or QuotaExceeded } => BackupErrors.MachineFull(failure.Message, failure),
        IOException { HResult: ReadOnlyFileSystem } or UnauthorizedAccessException => BackupErrors.MachineAccessDenied(failure.Message, failure),
        IOException { HResult: InputOutputError } => BackupErrors.MachineDiskFailed(failure.Message, failure),
        AggregateException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };

    /// <summary>What a failure of the platform's home means.</summary>
    public static BackupException ExplainHome(string home, Exception failure) =>
        failure is BackupException known ? known
        : failure is UnauthorizedAccessException ? BackupErrors.PlatformHomeUnusable(home, failure)
        : Explain(failure) ?? BackupErrors.PlatformHomeUnusable(home, failure);

    /// <summary>What an error of SQLite means; null for those that are not of the file or its disk.</summary>
    /// <param name="path">The catalog; null for another database.</param>
    /// <param name="failure">The error.</param>
    public static BackupException? ExplainDatabase(string? path, SqliteException failure)
    {
        var name = path ?? "a database";
        switch (failure.SqliteErrorCode)
        {
            case raw.SQLITE_FULL:
            case raw.SQLITE_IOERR when path is not null && IsFull(path):
            case raw.SQLITE_CANTOPEN when path is not null && IsFull(path):
                return BackupErrors.MachineFull($"{name}: {failure.Message}", failure);
            case raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH or raw.SQLITE_CANTOPEN:
                return BackupErrors.MachineAccessDenied($"{name}: {failure.Message}", failure);
            case raw.SQLITE_IOERR:
                return BackupErrors.MachineDiskFailed($"{name}: {failure.Message}", failure);
            case raw.SQLITE_BUSY or raw.SQLITE_LOCKED when path is not null:
                return BackupErrors.CatalogBusy(path, failure);
            case raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_FORMAT when path is not null:
                return BackupErrors.CatalogUnusable(path, failure.Message, failure);
            default:
                return null;
        }
    }

    /// <summary>SQLite's shared memory fails with an input/output error on a full disk.</summary>
    private static bool IsFull(string path)
    {
        const int LeastFree = 64 * 1024;
        try
        {
            return LocalAccess.FreeSpace(Path.GetDirectoryName(path)!) < LeastFree;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
