using CloudBackup.FileTree;
using CloudBackup.Formats.Lines;
using CloudBackup.Source;

namespace CloudBackup.Formats.Rsync.Records;

/// <summary>An item of the source, what is known of the object that holds its content, and what is to be done with it: a line of a plan.</summary>
internal sealed record PlanLine : ILine<PlanLine>
{
    /// <summary>The path inside the backup.</summary>
    public required string Path { get; init; }

    /// <summary>File, folder, symbolic link or hard link.</summary>
    public EntryKind Kind { get; init; }

    /// <summary>What is to be done.</summary>
    public PlanAction Action { get; init; }

    /// <summary>The number of the root that the item is below, or of the generated item, counted from 1; 0 for the format's own.</summary>
    public int Origin { get; init; }

    /// <summary>While the plan is made: see <see cref="SourceItem.MayHaveContent"/>.</summary>
    public bool MayHaveContent { get; init; }

    /// <summary>The item's facts.</summary>
    public FileFacts Facts { get; init; }

    /// <summary>The target of a link.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Extended attributes.</summary>
    public IReadOnlyList<ExtendedAttribute> Attributes { get; init; } = [];

    /// <summary>Bytes that the object takes in the storage; -1 when there is none.</summary>
    public long StoredSize { get; init; } = -1;

    /// <summary>What is known of the object.</summary>
    public ObjectKnowledge Knows { get; init; }

    /// <summary>SHA-256 of the object's content, when it is known.</summary>
    public byte[]? Sha256 { get; init; }

    /// <summary>Whether there is an object whose content is known.</summary>
    public bool IsKnown => StoredSize >= 0 && Knows.HasFlag(ObjectKnowledge.Hash);

    /// <summary>The object of a file, as the cache keeps it.</summary>
    public CacheLine ToCacheLine() => new()
    {
        Path = Path,
        StoredSize = StoredSize,
        Knows = Knows,
        Sha256 = Sha256,
        Facts = Facts,
        Attributes = Attributes,
    };

    /// <inheritdoc/>
    public void Write(LineEncoder encoder) => new LineFields
    {
        Path = Path,
        Kind = Kind,
        Action = Action,
        Knows = Knows,
        Origin = Origin,
        StoredSize = StoredSize,
        Sha256 = Sha256,
        Facts = Facts,
        LinkTarget = LinkTarget,
        Attributes = Attributes,
    }.Write(encoder);

    /// <inheritdoc/>
    public static PlanLine Read(ref LineDecoder decoder)
    {
        var fields = LineFields.Read(ref decoder);
        return new PlanLine
        {
            Path = fields.Path,
            Kind = fields.Kind,
            Action = fields.Action,
            Origin = fields.Origin,
            Facts = fields.Facts,
            LinkTarget = fields.LinkTarget,
            Attributes = fields.Attributes,
            StoredSize = fields.StoredSize,
            Knows = fields.Knows,
            Sha256 = fields.Sha256,
        };
    }
}
