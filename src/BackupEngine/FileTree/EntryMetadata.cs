namespace CloudBackup.FileTree;

/// <summary>What is restored of an entry besides its content.</summary>
internal readonly record struct EntryMetadata
{
    /// <summary>The twelve permission bits.</summary>
    public int Mode { get; init; }

    /// <summary>Owner; restored where the process may.</summary>
    public uint UserId { get; init; }

    /// <summary>Group; restored where the process may.</summary>
    public uint GroupId { get; init; }

    /// <summary>Last change of the content.</summary>
    public UnixTime Modified { get; init; }

    /// <summary>Extended attributes, in the order they are set.</summary>
    public IReadOnlyList<ExtendedAttribute> Attributes { get; init; }

    /// <summary>The metadata of an entry as it was found.</summary>
    public static EntryMetadata From(in FileFacts facts, IReadOnlyList<ExtendedAttribute> attributes) => new()
    {
        Mode = facts.Mode,
        UserId = facts.UserId,
        GroupId = facts.GroupId,
        Modified = facts.Modified,
        Attributes = attributes,
    };
}
