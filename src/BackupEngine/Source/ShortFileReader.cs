using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>
/// Reads a short file in one piece, and again when it changes meanwhile: what was written to it between two of our reads would else be half in
/// the copy. After three attempts it is taken as it is, and counted. A reading asks for the place of the content each time, since a file that
/// changes has another length:
/// <code>
/// var reader = new ShortFileReader(file, issues);
/// do { … find room for reader.Facts.Size bytes … } while (!reader.TryRead(room));
/// </code>
/// </summary>
/// <param name="file">The file, open.</param>
/// <param name="issues">Counts a file that did not stay the same in any attempt.</param>
internal ref struct ShortFileReader(ReadableFile file, SourceIssues issues)
{
    /// <summary>How often a file is read before it is taken as it is.</summary>
    public const int Attempts = 3;

    private int _attempt;

    /// <summary>What the file was before the reading, and so what its content belongs to.</summary>
    public FileFacts Facts { get; private set; } = file.Facts;

    /// <summary>Bytes that were read: fewer than there was room for when the file shrank in all attempts.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the content may be torn.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Reads the content, from its start until the place is full; false when the file has to be read once more.</summary>
    /// <exception cref="FileTreeException">It cannot be read.</exception>
    public bool TryRead(Span<byte> place)
    {
        Length = file.Read(place, 0);
        var now = file.ReadFacts();
        HasChanged = Length < place.Length || !now.SameContentAs(Facts);
        if (!HasChanged)
        {
            return true;
        }
        if (++_attempt < Attempts)
        {
            Facts = now;
            return false;
        }
        issues.CountChanged();
        return true;
    }
}
