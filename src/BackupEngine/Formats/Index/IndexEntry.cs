using CloudBackup.FileTree;

namespace CloudBackup.Formats.Index;

/// <summary>One line of the index: an entry of a backup, what its content hashes to, and where it stands.</summary>
internal sealed record IndexEntry
{
    /// <summary>The path inside the backup.</summary>
    public string Path { get; set; } = "";

    /// <summary>File, folder, symbolic link or hard link.</summary>
    public EntryKind Kind { get; set; }

    /// <summary>The twelve permission bits.</summary>
    public int Mode { get; set; }

    /// <summary>Owner.</summary>
    public uint UserId { get; set; }

    /// <summary>Group.</summary>
    public uint GroupId { get; set; }

    /// <summary>The owner's name, or empty.</summary>
    public string UserName { get; set; } = "";

    /// <summary>The group's name, or empty.</summary>
    public string GroupName { get; set; } = "";

    /// <summary>Last change of the content.</summary>
    public UnixTime Modified { get; set; }

    /// <summary>Bytes of content.</summary>
    public long Size { get; set; }

    /// <summary>SHA-256 of the content of a file; null for all else.</summary>
    public byte[]? Sha256 { get; set; }

    /// <summary>The target of a link.</summary>
    public string? LinkTarget { get; set; }

    /// <summary>Extended attributes.</summary>
    public IReadOnlyList<ExtendedAttribute> Attributes { get; set; } = [];

    /// <summary>Whether the source had holes, which a restore makes again.</summary>
    public bool IsSparse { get; set; }

    /// <summary>Whether the content could not be read to its end; such an entry is never restored.</summary>
    public bool IsIncomplete { get; set; }

    /// <summary>tgz: the number, from 0, of the gzip member that the entry's header is in; -1 elsewhere.</summary>
    public int Member { get; set; } = -1;

    /// <summary>tgz: where the header begins in the member's uncompressed bytes.</summary>
    public int Offset { get; set; }

    /// <summary>What is restored besides the content.</summary>
    public EntryMetadata Metadata => new()
    {
        Mode = Mode,
        UserId = UserId,
        GroupId = GroupId,
        Modified = Modified,
        Attributes = Attributes,
    };
}
