namespace CloudBackup;

/// <summary>What kind of trouble a <see cref="BackupException"/> tells of; a shell maps it to its own categories.</summary>
public enum BackupErrorCategory
{
    /// <summary>A value that was given cannot be used.</summary>
    InvalidInput,

    /// <summary>A named thing does not exist.</summary>
    NotFound,

    /// <summary>A thing of that name exists already.</summary>
    AlreadyExists,

    /// <summary>Another process is using it right now.</summary>
    Busy,

    /// <summary>The rights do not suffice.</summary>
    AccessDenied,

    /// <summary>There is no room left.</summary>
    OutOfSpace,

    /// <summary>The storage does not answer or answers with errors.</summary>
    StorageUnavailable,

    /// <summary>The source could not be read.</summary>
    SourceUnreadable,

    /// <summary>What was read back is not what was stored.</summary>
    Damaged,

    /// <summary>A command of the app or a tool failed.</summary>
    CommandFailed,

    /// <summary>The operation does not fit the state that things are in.</summary>
    InvalidState,

    /// <summary>The run took longer than it may.</summary>
    Timeout,

    /// <summary>Something that should not happen.</summary>
    Internal,
}
