using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>What a backup says of an entry besides its content: in the archive, in the index, and in what an import reads.</summary>
internal sealed record EntryFacts
{
    /// <summary>The path inside the backup, parts separated by slashes, without a slash at either end.</summary>
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

    /// <summary>Bytes of content; 0 for all but files.</summary>
    public long Size { get; set; }

    /// <summary>Where a symbolic link points, or the path in the backup of the file or link that a hard link is another name of; else null.</summary>
    public string? LinkTarget { get; set; }

    /// <summary>Extended attributes.</summary>
    public IReadOnlyList<ExtendedAttribute> Attributes { get; set; } = [];

    /// <summary>What is restored besides the content.</summary>
    public EntryMetadata Metadata => new()
    {
        Mode = Mode,
        UserId = UserId,
        GroupId = GroupId,
        Modified = Modified,
        Attributes = Attributes,
    };

    /// <summary>What is said of something as the file system shows it.</summary>
    /// <param name="path">Its path in the backup.</param>
    /// <param name="facts">What the file system says.</param>
    /// <param name="linkTarget">Where it leads, when it is a link.</param>
    /// <param name="attributes">Its extended attributes; those of a hard link are its file's.</param>
    /// <param name="owners">Names of users and groups; null when only their numbers count.</param>
    public static EntryFacts Of(
        string path, in FileFacts facts, string? linkTarget, IReadOnlyList<ExtendedAttribute> attributes, OwnerNames? owners) => new()
        {
            Path = path,
            Kind = facts.Kind,
            Mode = facts.Mode,
            UserId = facts.UserId,
            GroupId = facts.GroupId,
            UserName = owners?.UserName(facts.UserId) ?? "",
            GroupName = owners?.GroupName(facts.GroupId) ?? "",
            Modified = facts.Modified,
            Size = facts.Kind == EntryKind.File ? facts.Size : 0,
            LinkTarget = linkTarget,
            Attributes = facts.Kind == EntryKind.HardLink ? [] : attributes,
        };
}
