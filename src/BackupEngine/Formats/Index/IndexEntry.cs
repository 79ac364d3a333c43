using CloudBackup.FileTree;
using CloudBackup.Source;

namespace CloudBackup.Formats.Index;

/// <summary>One line of the index: an entry of a backup, what its content hashes to, and where it stands.</summary>
internal sealed record IndexEntry
{
    /// <summary>What the entry is.</summary>
    public required EntryFacts Facts { get; init; }

    /// <summary>SHA-256 of the content of a file; null for all else.</summary>
    public byte[]? Sha256 { get; set; }

    /// <summary>Whether the source had holes, which a restore makes again.</summary>
    public bool IsSparse { get; set; }

    /// <summary>Whether the content could not be read to its end; such an entry is never restored.</summary>
    public bool IsIncomplete { get; set; }

    /// <summary>tgz: the number, from 0, of the gzip member that the entry's header is in; -1 elsewhere.</summary>
    public int Member { get; set; } = -1;

    /// <summary>tgz: where the header begins in the member's uncompressed bytes.</summary>
    public int Offset { get; set; }

    /// <inheritdoc cref="EntryFacts.Path"/>
    public string Path => Facts.Path;

    /// <inheritdoc cref="EntryFacts.Kind"/>
    public EntryKind Kind => Facts.Kind;

    /// <inheritdoc cref="EntryFacts.Size"/>
    public long Size => Facts.Size;

    /// <inheritdoc cref="EntryFacts.LinkTarget"/>
    public string? LinkTarget => Facts.LinkTarget;

    /// <inheritdoc cref="EntryFacts.Metadata"/>
    public EntryMetadata Metadata => Facts.Metadata;
}
