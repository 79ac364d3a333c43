using CloudBackup.FileTree;
using CloudBackup.Formats.Lines;

namespace CloudBackup.Formats.Rsync.Records;

/// <summary>
/// The one form that lines of caches, plans and logs have in files, which versions before this one have written too: a kind of line leaves fields
/// that it does not have at their defaults.
/// </summary>
internal ref struct LineFields
{
    private const int HashLength = 32;

    public string Path { get; set; }

    public EntryKind Kind { get; set; }

    public PlanAction Action { get; set; }

    public ObjectKnowledge Knows { get; set; }

    public int Origin { get; set; }

    /// <summary>-1 for no object.</summary>
    public long StoredSize { get; set; }

    /// <summary>Only with <see cref="ObjectKnowledge.Hash"/>.</summary>
    public byte[]? Sha256 { get; set; }

    public FileFacts Facts { get; set; }

    public string? LinkTarget { get; set; }

    public IReadOnlyList<ExtendedAttribute> Attributes { get; set; }

    /// <summary>Writes the fields.</summary>
    public readonly void Write(LineEncoder encoder)
    {
        encoder.WriteText(Path);
        encoder.WriteByte((byte)Kind);
        encoder.WriteByte((byte)Action);
        encoder.WriteByte((byte)Knows);
        encoder.WriteNumber(Origin);
        encoder.WriteNumber(StoredSize + 1);
        if (Knows.HasFlag(ObjectKnowledge.Hash))
        {
            encoder.WriteBytes(Sha256.AsSpan(0, HashLength));
        }
        encoder.WriteFacts(Facts);
        encoder.WriteText(LinkTarget ?? "");
        encoder.WriteAttributes(Attributes);
    }

    /// <summary>Reads the fields.</summary>
    /// <exception cref="LineFileException">The bytes are damaged.</exception>
    public static LineFields Read(ref LineDecoder decoder)
    {
        var fields = new LineFields
        {
            Path = decoder.ReadText(),
            Kind = (EntryKind)decoder.ReadByte(),
            Action = (PlanAction)decoder.ReadByte(),
            Knows = (ObjectKnowledge)decoder.ReadByte(),
            Origin = (int)decoder.ReadNumber(),
            StoredSize = decoder.ReadNumber() - 1,
        };
        fields.Sha256 = fields.Knows.HasFlag(ObjectKnowledge.Hash) ? decoder.ReadBytes(HashLength).ToArray() : null;
        fields.Facts = decoder.ReadFacts(fields.Kind);
        var target = decoder.ReadText();
        fields.LinkTarget = target.Length == 0 ? null : target;
        fields.Attributes = decoder.ReadAttributes();
        return fields;
    }
}
