using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>The one place where the engine's failures become error records.</summary>
internal static class ErrorRecords
{
    /// <summary>The error record of a failure.</summary>
    public static ErrorRecord From(BackupException failure) => new(failure, failure.ErrorId, CategoryOf(failure.Category), failure.Target);

    private static ErrorCategory CategoryOf(BackupErrorCategory category) => category switch
    {
        BackupErrorCategory.InvalidInput => ErrorCategory.InvalidArgument,
        BackupErrorCategory.NotFound => ErrorCategory.ObjectNotFound,
        BackupErrorCategory.AlreadyExists => ErrorCategory.ResourceExists,
        BackupErrorCategory.Busy => ErrorCategory.ResourceBusy,
        BackupErrorCategory.AccessDenied => ErrorCategory.PermissionDenied,
        BackupErrorCategory.OutOfSpace => ErrorCategory.LimitsExceeded,
        BackupErrorCategory.StorageUnavailable => ErrorCategory.ConnectionError,
        BackupErrorCategory.SourceUnreadable => ErrorCategory.ReadError,
        BackupErrorCategory.Damaged => ErrorCategory.InvalidData,
        BackupErrorCategory.CommandFailed => ErrorCategory.InvalidResult,
        BackupErrorCategory.InvalidState => ErrorCategory.InvalidOperation,
        BackupErrorCategory.Timeout => ErrorCategory.OperationTimeout,
        _ => ErrorCategory.NotSpecified,
    };
}
