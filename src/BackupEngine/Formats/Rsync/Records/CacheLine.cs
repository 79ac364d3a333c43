using CloudBackup.FileTree;
using CloudBackup.Formats.Lines;

namespace CloudBackup.Formats.Rsync.Records;

/// <summary>An object of a snapshot that holds the content of a file, and what is known of it: a line of the cache.</summary>
internal sealed record CacheLine : ILine<CacheLine>
{
    /// <summary>The path of the file inside the backup.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes that the object takes in the storage.</summary>
    public required long StoredSize { get; init; }

    /// <summary>What is known of the object besides.</summary>
    public ObjectKnowledge Knows { get; init; }

    /// <summary>SHA-256 of the object's content, when it is known.</summary>
    public byte[]? Sha256 { get; init; }

    /// <summary>What the file system said of the file when it was read, when that is known.</summary>
    public FileFacts Facts { get; init; }

    /// <summary>The file's extended attributes, then.</summary>
    public IReadOnlyList<ExtendedAttribute> Attributes { get; init; } = [];

    /// <summary>Whether the content is known.</summary>
    public bool IsKnown => Knows.HasFlag(ObjectKnowledge.Hash);

    /// <summary>
    /// Whether the file system shows that the file is as it was when the object was made of it: length, both times and the inode. A program
    /// can set back the time of its change, but not the time at which the inode changed.
    /// </summary>
    public bool IsUnchanged(in FileFacts now) =>
        IsKnown && (Knows & (ObjectKnowledge.Facts | ObjectKnowledge.Fresh)) == ObjectKnowledge.Facts
        && Facts.Size == now.Size && Facts.Modified == now.Modified && Facts.Changed == now.Changed && Facts.Inode == now.Inode;

    /// <inheritdoc/>
    public void Write(LineEncoder encoder) => new LineFields
    {
        Path = Path,
        Kind = EntryKind.File,
        Knows = Knows,
        StoredSize = StoredSize,
        Sha256 = Sha256,
        Facts = Facts,
        Attributes = Attributes,
    }.Write(encoder);

    /// <inheritdoc/>
    public static CacheLine Read(ref LineDecoder decoder)
    {
        var fields = LineFields.Read(ref decoder);
        return new CacheLine
        {
            Path = fields.Path,
            StoredSize = fields.StoredSize,
            Knows = fields.Knows,
            Sha256 = fields.Sha256,
            Facts = fields.Facts,
            Attributes = fields.Attributes,
        };
    }
}
