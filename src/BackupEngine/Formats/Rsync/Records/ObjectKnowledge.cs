namespace CloudBackup.Formats.Rsync.Records;

/// <summary>What is known of an object besides its length. The numbers are in files of earlier versions.</summary>
[Flags]
internal enum ObjectKnowledge : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The hash of its content.</summary>
    Hash = 1,

    /// <summary>What the file system said of the file when it was read.</summary>
    Facts = 2,

    /// <summary>The file had just been written when it was read: a second write in the same moment would leave no other trace.</summary>
    Fresh = 4,
}
