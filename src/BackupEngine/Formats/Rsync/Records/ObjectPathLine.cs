using CloudBackup.Formats.Lines;

namespace CloudBackup.Formats.Rsync.Records;

/// <summary>The path of an object below its snapshot: of one that is to be removed, or that no file is stored as.</summary>
/// <param name="Path">The path.</param>
internal readonly record struct ObjectPathLine(string Path) : ILine<ObjectPathLine>
{
    /// <inheritdoc/>
    public void Write(LineEncoder encoder) => encoder.WriteText(Path);

    /// <inheritdoc/>
    public static ObjectPathLine Read(ref LineDecoder decoder) => new(decoder.ReadText());
}
