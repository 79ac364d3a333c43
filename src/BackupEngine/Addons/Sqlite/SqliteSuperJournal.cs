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

    private static ReadOnlySpan<byte> End => [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7];

    /// <summary>The file name, without the path, that the journal names; null when it names none.</summary>
    public static string? ReadName(ReadableFile journal, long size)
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
        var name = path.AsSpan(path.AsSpan().LastIndexOf((byte)'/') + 1);
        // An empty name, or one that is a folder, is none.
        var isName = !name.IsEmpty && !name.Contains((byte)0) && name.Length <= 255 && name is not ([(byte)'.'] or [(byte)'.', (byte)'.']);
        return isName ? PathText.FromBytes(name) : null;
    }
}
