namespace CloudBackup.Formats.Rsync.Records;

/// <summary>What a frame of a log tells. The numbers are in files of earlier versions.</summary>
internal enum ActionOutcome : byte
{
    /// <summary>Nothing is known.</summary>
    None,

    /// <summary>An object whose content was known is being replaced.</summary>
    Started,

    /// <summary>The object holds what the line says.</summary>
    Done,

    /// <summary>The file is gone or cannot be read, and so is its object.</summary>
    Dropped,

    /// <summary>Everything up to here is durable in the storage.</summary>
    Flushed,

    /// <summary>Which plan the log belongs to.</summary>
    Opened,
}
