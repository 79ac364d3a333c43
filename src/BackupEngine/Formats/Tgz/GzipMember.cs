using System.Buffers.Binary;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// The members of archives of the earlier form: gzip streams of their own, each with an extra field "CB" that holds its whole length in bytes as
/// 32 bits, little endian. They are read as ever; new archives are one stream (<see cref="ArchiveFrame"/>), since Python's tarfile reads neither
/// the extra field nor a second stream when it reads from a pipe, and Perl's modules stop at the first one.
/// </summary>
internal static class GzipMember
{
    /// <summary>Fixed header, length of the extra field, the subfield's head and its value.</summary>
    public const int HeaderLength = 10 + 2 + 4 + 4;

    /// <summary>CRC-32 and length of the uncompressed data.</summary>
    public const int TrailerLength = 8;

    private const int LengthOffset = 16;

    private static ReadOnlySpan<byte> Start =>
    [
        0x1F, 0x8B, 8, // magic, deflate
        4, // FEXTRA
        0, 0, 0, 0, // no time: the same data gives the same bytes
        0, 0xFF, // no hint, unknown system
        8, 0, // length of the extra field
        (byte)'C', (byte)'B', 4, 0, // our subfield
    ];

    /// <summary>Reads the member's whole length from its header; false when the member is not one of ours.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> header, out int length)
    {
        length = 0;
        if (header.Length < HeaderLength || !header[..LengthOffset].SequenceEqual(Start))
        {
            return false;
        }
        length = BinaryPrimitives.ReadInt32LittleEndian(header[LengthOffset..]);
        return length > HeaderLength + TrailerLength;
    }

    /// <summary>The length of the uncompressed data, from the member's trailer.</summary>
    public static uint ReadInflatedLength(ReadOnlySpan<byte> member) => BinaryPrimitives.ReadUInt32LittleEndian(member[^4..]);
}
