using System.Buffers.Binary;
using System.IO.Hashing;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// The gzip members that an archive consists of (RFC 1952). Each carries an extra field with the subfield "CB": the member's whole length
/// in bytes as 32 bits, little endian. Tools that do not know it skip it; we find the next member without inflating this one.
/// </summary>
internal static class GzipMember
{
    /// <summary>Fixed header, length of the extra field, the subfield's head and its value.</summary>
    public const int HeaderLength = 10 + 2 + 4 + 4;

    /// <summary>CRC-32 and length of the uncompressed data.</summary>
    public const int TrailerLength = 8;

    /// <summary>The header that GZipStream writes, which ours replaces.</summary>
    public const int PlainHeaderLength = 10;

    private const int LengthOffset = 16;
    private const int LargestStoredBlock = ushort.MaxValue;
    private const int StoredBlockHead = 5;

    private static ReadOnlySpan<byte> Template =>
    [
        0x1F, 0x8B, 8, // magic, deflate
        4, // FEXTRA
        0, 0, 0, 0, // no time: the same data gives the same bytes
        0, 0xFF, // no hint, unknown system
        8, 0, // length of the extra field
        (byte)'C', (byte)'B', 4, 0, // our subfield
        0, 0, 0, 0,
    ];

    /// <summary>Writes the header of a member that is <paramref name="length"/> bytes long in all.</summary>
    public static void WriteHeader(Span<byte> member, int length)
    {
        Template.CopyTo(member);
        BinaryPrimitives.WriteInt32LittleEndian(member[LengthOffset..], length);
    }

    /// <summary>The length of a member that stores <paramref name="length"/> bytes of data as they are.</summary>
    public static int StoredLength(int length) =>
        HeaderLength + TrailerLength + length + (StoredBlockHead * Math.Max(1, (length + LargestStoredBlock - 1) / LargestStoredBlock));

    /// <summary>
    /// Writes a member that stores <paramref name="data"/> as it is (RFC 1951, 3.2.4), and returns its length. Deflate's own level 0 would
    /// copy everything three times.
    /// </summary>
    public static int Store(ReadOnlySpan<byte> data, Span<byte> member)
    {
        var length = StoredLength(data.Length);
        WriteHeader(member, length);
        var at = HeaderLength;
        var left = data;
        do
        {
            var count = Math.Min(left.Length, LargestStoredBlock);
            member[at] = (byte)(count == left.Length ? 1 : 0); // the last block, and the type: stored
            BinaryPrimitives.WriteUInt16LittleEndian(member[(at + 1)..], (ushort)count);
            BinaryPrimitives.WriteUInt16LittleEndian(member[(at + 3)..], (ushort)~count);
            left[..count].CopyTo(member[(at + StoredBlockHead)..]);
            left = left[count..];
            at += StoredBlockHead + count;
        }
        while (!left.IsEmpty);
        BinaryPrimitives.WriteUInt32LittleEndian(member[at..], Crc32.HashToUInt32(data));
        BinaryPrimitives.WriteInt32LittleEndian(member[(at + 4)..], data.Length);
        return length;
    }

    /// <summary>Reads the member's whole length from its header; false when the member is not one of ours.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> header, out int length)
    {
        length = 0;
        if (header.Length < HeaderLength || !header[..LengthOffset].SequenceEqual(Template[..LengthOffset]))
        {
            return false;
        }
        length = BinaryPrimitives.ReadInt32LittleEndian(header[LengthOffset..]);
        return length > HeaderLength + TrailerLength;
    }

    /// <summary>The length of the uncompressed data, from the member's trailer.</summary>
    public static uint ReadInflatedLength(ReadOnlySpan<byte> member) => BinaryPrimitives.ReadUInt32LittleEndian(member[^4..]);
}
