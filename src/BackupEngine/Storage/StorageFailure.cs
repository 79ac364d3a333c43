namespace CloudBackup.Storage;

/// <summary>What a storage's refusal is to the user.</summary>
internal static class StorageFailure
{
    /// <summary>The refusal, told for the site that it belongs to. The id names the kind.</summary>
    public static BackupException Explain(string site, StorageException failure)
    {
        var (id, category, wayOut) = failure.Kind switch
        {
            StorageErrorKind.NotFound => ("StorageNotFound", BackupErrorCategory.NotFound, ""),
            StorageErrorKind.AccessDenied => ("StorageAccessDenied", BackupErrorCategory.AccessDenied, " Check rights and credentials."),
            StorageErrorKind.AlreadyExists => ("StorageAlreadyExists", BackupErrorCategory.AlreadyExists, ""),
            StorageErrorKind.OutOfSpace => ("StorageOutOfSpace", BackupErrorCategory.OutOfSpace, " Remove old backups or enlarge the storage."),
            StorageErrorKind.Throttled => ("StorageThrottled", BackupErrorCategory.StorageUnavailable, " Lower the site's concurrency."),
            StorageErrorKind.Transient => ("StorageUnavailable", BackupErrorCategory.StorageUnavailable, " Try again later."),
            StorageErrorKind.Unreadable => ("StorageAnswerUnreadable", BackupErrorCategory.StorageUnavailable, ""),
            StorageErrorKind.Corrupt => ("StorageCorrupt", BackupErrorCategory.Damaged, ""),
            StorageErrorKind.NotSupported => ("StorageNotSupported", BackupErrorCategory.StorageUnavailable, ""),
            StorageErrorKind.Misconfigured => ("StorageMisconfigured", BackupErrorCategory.InvalidInput, ""),
            _ => ("StorageFailed", BackupErrorCategory.StorageUnavailable, ""),
        };
        return BackupErrors.FromStorage(id, category, site, $"{failure.Message}{wayOut}", failure);
    }

    /// <summary>The refusal of a folder of this machine, told for the file that was to be written there.</summary>
    public static BackupException ExplainFile(string path, StorageException failure) => failure.Kind == StorageErrorKind.AlreadyExists
        ? BackupErrors.FileExists(path)
        : BackupErrors.FileNotWritten(path, failure, isFull: failure.Kind == StorageErrorKind.OutOfSpace);
}
