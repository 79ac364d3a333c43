using System.Buffers.Binary;
using CloudBackup.FileTree;

namespace CloudBackup.Addons.Sqlite;

/// <summary>
/// The name at the end of the journal of a write to several databases at once (sqlite.org/fileformat2.html, pager.c): the name, its length,
/// a checksum, and eight bytes that say that there is a name.
/// </summary>
internal static class SqliteSuperJournal
{
    /// <summary>How many bytes say that there is a name.</summary>
    public const int EndLength = 8;

    private const int TailLength = 16;
    private const int LongestName = 4096;

    /// <summary>SQLite names the file by the first database of the write, this, and a number.</summary>
    private const string NameMark = "-mj";

    private static ReadOnlySpan<byte> End => [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7];

    /// <summary>The path that the journal names; null when it names none.</summary>
    public static string? ReadPath(ReadableFile journal, long size)
    {
        Span<byte> tail = stackalloc byte[TailLength];
        if (size <= TailLength || journal.Read(tail, size - TailLength) < TailLength || !tail[^EndLength..].SequenceEqual(End))
        {
            return null;
        }
        var length = BinaryPrimitives.ReadUInt32BigEndian(tail);
        if (length is 0 or > LongestName || length > size - TailLength)
        {
            return null;
        }
        var path = new byte[length];
        journal.Read(path, size - TailLength - length);
        var end = path.AsSpan().IndexOf((byte)0);
        return end == 0 ? null : PathText.FromBytes(end < 0 ? path : path.AsSpan(0, end));
    }

    /// <summary>
    /// Whether the file is certainly not there: the write is then complete, and its journal must not be played back. An app in a container can
    /// know its folders by other paths, and a write that is rolled back is whole. So a file that is missed counts only in the data, or beside the
    /// database that it has its name of.
    /// </summary>
    /// <param name="path">The path that the journal names.</param>
    /// <param name="data">The path of the data directory.</param>
    public static bool IsMissing(string path, string data)
    {
        if (!path.StartsWith('/'))
        {
            return false;
        }
        var mark = path.LastIndexOf(NameMark, StringComparison.Ordinal);
        var isKnown = IsBelow(path, data) || IsBelow(path, RealPath.Of(data)) || (mark > 0 && IsThere(path[..mark]) == true);
        return isKnown && IsThere(path) == false;
    }

    private static bool IsBelow(string path, string folder) => path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>Null when the system does not say.</summary>
    private static bool? IsThere(string path)
    {
        try
        {
            // SQLite, too, takes an empty file as none.
            return LocalFileSystem.StatTarget(path) is not { Kind: EntryKind.File, Size: 0 };
        }
        catch (FileTreeException failure)
        {
            return failure.Kind is FileTreeErrorKind.NotFound or FileTreeErrorKind.WrongKind ? false : null;
        }
    }
}
