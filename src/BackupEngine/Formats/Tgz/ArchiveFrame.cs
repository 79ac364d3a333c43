using System.Buffers.Binary;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// The gzip stream that an archive is (RFC 1952): one header, one deflate stream cut into members that stand alone, one trailer. Each member
/// ends at a byte (as after a flush of zlib) and refers to nothing before it, so that members are compressed and inflated side by side, while
/// every reader of gzip sees one plain stream. The index says how long each is. The header counts to the first, the trailer to the last.
/// </summary>
internal static class ArchiveFrame
{
    public const int HeaderLength = 10;

    /// <summary>An empty last block, CRC-32 and length of all data.</summary>
    public const int TrailerLength = 10;

    private const int LargestStoredBlock = ushort.MaxValue;
    private const int StoredBlockHead = 5;

    /// <summary>The header: no name, no time (the same data gives the same bytes), unknown system.</summary>
    public static ReadOnlySpan<byte> Header => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];

    /// <summary>The empty block that ends a deflate stream.</summary>
    public static ReadOnlySpan<byte> LastBlock => [3, 0];

    /// <summary>The trailer of an archive with this content.</summary>
    public static byte[] Trailer(uint checksum, long length)
    {
        var trailer = new byte[TrailerLength];
        LastBlock.CopyTo(trailer);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(2), checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(6), (uint)length);
        return trailer;
    }

    /// <summary>
    /// Whether a member is of this form. Those of the earlier form of archives are gzip streams of their own: their first byte, 1F, begins no
    /// deflate block, since it names a type of block that does not exist.
    /// </summary>
    public static bool IsFramed(ReadOnlySpan<byte> member, bool isFirst) =>
        isFirst ? member.StartsWith(Header) : member.Length > 0 && member[0] != Header[0];

    /// <summary>The length of a member that stores <paramref name="length"/> bytes as they are.</summary>
    public static int StoredLength(int length) =>
        length + (StoredBlockHead * Math.Max(1, (length + LargestStoredBlock - 1) / LargestStoredBlock));

    /// <summary>
    /// Writes a member that stores <paramref name="data"/> as it is (RFC 1951, 3.2.4), and returns its length. Deflate's own level 0 would
    /// copy everything three times.
    /// </summary>
    public static int Store(ReadOnlySpan<byte> data, Span<byte> member)
    {
        var at = 0;
        var left = data;
        do
        {
            var count = Math.Min(left.Length, LargestStoredBlock);
            member[at] = 0; // not the last block, and the type: stored
            BinaryPrimitives.WriteUInt16LittleEndian(member[(at + 1)..], (ushort)count);
            BinaryPrimitives.WriteUInt16LittleEndian(member[(at + 3)..], (ushort)~count);
            left[..count].CopyTo(member[(at + StoredBlockHead)..]);
            left = left[count..];
            at += StoredBlockHead + count;
        }
        while (!left.IsEmpty);
        return at;
    }
}
