namespace CloudBackup.Encryption;

/// <summary>
/// The file format CBV2: magic <c>CBV2</c>, a random 16-byte initialization vector, AES-256-CBC with PKCS#7 padding, and HMAC-SHA256 (32
/// bytes) over vector and ciphertext. Files whose HMAC also covers the magic are accepted when reading.
/// </summary>
internal static class Cbv2
{
    /// <summary>The format's number, in records.</summary>
    public const int Version = 2;

    public const int MagicLength = 4;

    public const int VectorLength = 16;

    public const int HeaderLength = MagicLength + VectorLength;

    public const int BlockLength = 16;

    public const int MacLength = 32;

    /// <summary>The shortest file: that of an empty content.</summary>
    public const int SmallestLength = HeaderLength + BlockLength + MacLength;

    /// <summary>Bytes that the content of a file of this length has at most; the padding hides up to 15 fewer.</summary>
    public static long LongestContent(long fileLength) => Math.Max(0, fileLength - HeaderLength - MacLength - 1);

    public static ReadOnlySpan<byte> Magic => "CBV2"u8;

    /// <summary>Whether a file may be one of this format, whatever keys it was encrypted with.</summary>
    public static bool HasForm(ReadOnlySpan<byte> file) =>
        file.Length >= SmallestLength && (file.Length - SmallestLength) % BlockLength == 0 && file.StartsWith(Magic);

    /// <summary>The length of the file for a content of <paramref name="length"/> bytes.</summary>
    public static long EncryptedLength(long length) => HeaderLength + (((length / BlockLength) + 1) * BlockLength) + MacLength;
}
