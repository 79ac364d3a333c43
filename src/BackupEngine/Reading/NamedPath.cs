using CloudBackup.FileTree;
using CloudBackup.Formats.Lines;

namespace CloudBackup.Reading;

/// <summary>A path that an index names: of an entry, or of what a hard link belongs to.</summary>
/// <param name="Path">The path.</param>
/// <param name="Kind">The kind of the entry that names it.</param>
/// <param name="Link">The hard link that belongs to it; null for the entry itself.</param>
internal sealed record NamedPath(string Path, EntryKind Kind, string? Link) : ILine<NamedPath>
{
    /// <summary>Whether a hard link names it.</summary>
    public bool IsTarget => Link is not null;

    /// <inheritdoc/>
    public int Characters => Path.Length + (Link?.Length ?? 0);

    /// <inheritdoc/>
    public void Write(LineEncoder encoder)
    {
        encoder.WriteText(Path);
        encoder.WriteByte((byte)Kind);
        encoder.WriteText(Link ?? "");
    }

    /// <inheritdoc/>
    public static NamedPath Read(ref LineDecoder decoder)
    {
        var path = decoder.ReadText();
        var kind = (EntryKind)decoder.ReadByte();
        var link = decoder.ReadText();
        return new NamedPath(path, kind, link.Length == 0 ? null : link);
    }
}
