namespace CloudBackup.Formats.Rsync.Records;

/// <summary>What is to be done with an item of a plan. The numbers are in files of earlier versions.</summary>
internal enum PlanAction : byte
{
    /// <summary>Nothing: the object is what the file is, or the item has none.</summary>
    None,

    /// <summary>The file is new or has another length: it is uploaded.</summary>
    Upload,

    /// <summary>The file looks touched: it is read, and uploaded if its hash is not the object's.</summary>
    Compare,

    /// <summary>The object is there, but its content is unknown: both are read and compared.</summary>
    Verify,
}
