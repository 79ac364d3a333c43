using CloudBackup.FileTree;
using CloudBackup.Source;

namespace CloudBackup.Formats.Records;

/// <summary>What is to be done with an item of a plan.</summary>
internal enum SyncAction : byte
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

/// <summary>What is known of an object besides its length.</summary>
[Flags]
internal enum SyncKnowledge : byte
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

/// <summary>
/// One item of a source tree and the object that holds its content: a line of the sync cache, of a plan, or of what was done.
/// </summary>
internal sealed record SyncRecord
{
    /// <summary>The path inside the backup.</summary>
    public required string Path { get; init; }

    /// <summary>File, folder, symbolic link or hard link.</summary>
    public EntryKind Kind { get; init; }

    /// <summary>In a plan: what is to be done.</summary>
    public SyncAction Action { get; init; }

    /// <summary>In a plan: the number of the root that the item is below, or of the generated item, counted from 1; 0 outside of plans.</summary>
    public int Origin { get; init; }

    /// <summary>While a plan is made: see <see cref="SourceItem.MayHaveContent"/>.</summary>
    public bool MayHaveContent { get; init; }

    /// <summary>What is known of the object.</summary>
    public SyncKnowledge Knows { get; init; }

    /// <summary>The file's facts, as far as they are known.</summary>
    public FileFacts Facts { get; init; }

    /// <summary>SHA-256 of the object's content, when it is known.</summary>
    public byte[]? Sha256 { get; init; }

    /// <summary>Bytes that the object takes in the storage; -1 when there is none.</summary>
    public long StoredSize { get; init; } = -1;

    /// <summary>The target of a link.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Extended attributes.</summary>
    public IReadOnlyList<ExtendedAttribute> Attributes { get; init; } = [];

    /// <summary>Whether there is an object whose content is known.</summary>
    public bool IsKnown => StoredSize >= 0 && Knows.HasFlag(SyncKnowledge.Hash);

    /// <summary>
    /// Whether the file system shows that the file is as it was when the object was made of it: length, both times and the inode. A program
    /// can set back the time of its change, but not the time at which the inode changed.
    /// </summary>
    public bool IsUnchanged(in FileFacts now) =>
        IsKnown && (Knows & (SyncKnowledge.Facts | SyncKnowledge.Fresh)) == SyncKnowledge.Facts
        && Facts.Size == now.Size && Facts.Modified == now.Modified && Facts.Changed == now.Changed && Facts.Inode == now.Inode;
}
