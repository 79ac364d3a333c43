namespace CloudBackup.FileTree;

/// <summary>What the file system says of one entry.</summary>
internal readonly record struct FileFacts
{
    /// <summary>File, folder, symbolic link or special.</summary>
    public EntryKind Kind { get; init; }

    /// <summary>The twelve permission bits, set-id and sticky included.</summary>
    public int Mode { get; init; }

    /// <summary>Owner.</summary>
    public uint UserId { get; init; }

    /// <summary>Group.</summary>
    public uint GroupId { get; init; }

    /// <summary>Bytes of content; 0 for all but files.</summary>
    public long Size { get; init; }

    /// <summary>Bytes that the content takes on the disk: fewer than <see cref="Size"/> for a sparse file.</summary>
    public long Allocated { get; init; }

    /// <summary>Last change of the content.</summary>
    public UnixTime Modified { get; init; }

    /// <summary>Last change of content or attributes; cannot be set by programs.</summary>
    public UnixTime Changed { get; init; }

    /// <summary>Identifies the file within its device.</summary>
    public ulong Inode { get; init; }

    /// <summary>What tells it from everything else on the machine, as long as it is there.</summary>
    public (ulong Device, ulong Inode) Identity => (Device, Inode);

    /// <summary>The device of the file system.</summary>
    public ulong Device { get; init; }

    /// <summary>Whether something is mounted there, also a folder or file of the same file system; false where the system does not tell.</summary>
    public bool IsMountPoint { get; init; }

    /// <summary>How many names the file has.</summary>
    public uint LinkCount { get; init; }

    /// <summary>Whether the file has holes that need not be read.</summary>
    public bool IsSparse => Kind == EntryKind.File && Allocated < Size && Size >= 64 * 1024;

    /// <summary>Whether two readings of the same file show the same content: nothing was written in between.</summary>
    public bool SameContentAs(in FileFacts other) => Size == other.Size && Modified == other.Modified && Inode == other.Inode;
}
