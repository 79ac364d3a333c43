using CloudBackup.FileTree;

namespace CloudBackup.Formats.Tar;

/// <summary>One entry of a tar archive: everything but its content.</summary>
internal sealed record TarEntry
{
    /// <summary>The path inside the archive, parts separated by slashes, without a slash at either end.</summary>
    public required string Path { get; init; }

    /// <summary>What the entry is.</summary>
    public required EntryKind Kind { get; init; }

    /// <summary>The twelve permission bits.</summary>
    public int Mode { get; init; }

    /// <summary>Owner.</summary>
    public uint UserId { get; init; }

    /// <summary>Group.</summary>
    public uint GroupId { get; init; }

    /// <summary>The owner's name, or empty.</summary>
    public string UserName { get; init; } = "";

    /// <summary>The group's name, or empty.</summary>
    public string GroupName { get; init; } = "";

    /// <summary>Last change of the content.</summary>
    public UnixTime Modified { get; init; }

    /// <summary>Bytes of content that follow the header; 0 for all but files.</summary>
    public long Size { get; init; }

    /// <summary>Where a symbolic link points, or the archive path of the file or link that a hard link is another name of; else null.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Extended attributes.</summary>
    public IReadOnlyList<ExtendedAttribute> Attributes { get; init; } = [];

    /// <summary>The access control lists that other programs write as text; null when there are none.</summary>
    public AclTexts? AclTexts { get; init; }

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

/// <summary>Access control lists as star, GNU tar and bsdtar write them.</summary>
/// <param name="Access">The list of the entry itself.</param>
/// <param name="Default">What a folder hands on to what is made in it.</param>
/// <param name="Nfs4">A list of NFSv4, which is another model.</param>
internal sealed record AclTexts(string? Access, string? Default, string? Nfs4);
