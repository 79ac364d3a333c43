using System.Buffers.Binary;
using System.Security.Cryptography;
using CloudBackup.Encryption;

namespace CloudBackup.Formats.Lines;

/// <summary>How a file of lines begins and ends.</summary>
internal static class LineFileFormat
{
    /// <summary>Marks the end of the lines, where a length would be; then count, token, name flag, key id, hash.</summary>
    public const int FooterLength = sizeof(int) + sizeof(long) + LineStamp.TokenLength + 1 + KeyIdLength + SHA256.HashSizeInBytes;

    private const int KeyIdLength = BackupKeys.IdLength;

    public static ReadOnlySpan<byte> Magic => "CBSYNC01"u8;

    public static void WriteFooter(Span<byte> footer, long count, LineStamp stamp)
    {
        BinaryPrimitives.WriteInt32LittleEndian(footer, 0);
        BinaryPrimitives.WriteInt64LittleEndian(footer[4..], count);
        WriteText(footer.Slice(12, LineStamp.TokenLength), stamp.Token);
        footer[12 + LineStamp.TokenLength] = stamp.EncryptsNames ? (byte)1 : (byte)0;
        WriteText(footer.Slice(13 + LineStamp.TokenLength, KeyIdLength), stamp.KeyId);
    }

    public static (long Count, LineStamp Stamp) ReadFooter(ReadOnlySpan<byte> footer) => (
        BinaryPrimitives.ReadInt64LittleEndian(footer[4..]),
        new LineStamp(
            ReadText(footer.Slice(12, LineStamp.TokenLength)),
            ReadText(footer.Slice(13 + LineStamp.TokenLength, KeyIdLength)),
            footer[12 + LineStamp.TokenLength] != 0));

    private static void WriteText(Span<byte> field, string text)
    {
        field.Clear();
        System.Text.Encoding.ASCII.GetBytes(text, field);
    }

    private static string ReadText(ReadOnlySpan<byte> field) => System.Text.Encoding.ASCII.GetString(field.TrimEnd((byte)0));
}
