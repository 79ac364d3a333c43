namespace CloudBackup.Encryption;

/// <summary>
/// The file format CBV2: magic <c>CBV2</c>, a random 16-byte initialization vector, AES-256-CBC with PKCS#7 padding, and HMAC-SHA256 (32
/// bytes) over vector and ciphertext. Files whose HMAC also covers the magic are accepted when reading.
/// </summary>
internal static class Cbv2
{
    public const int MagicLength = 4;

    public const int VectorLength = 16;

    public const int HeaderLength = MagicLength + VectorLength;

    public const int BlockLength = 16;

    public const int MacLength = 32;

    /// <summary>The shortest file: that of an empty content.</summary>
    public const int SmallestLength = HeaderLength + BlockLength + MacLength;

    public static ReadOnlySpan<byte> Magic => "CBV2"u8;

    /// <summary>The length of the file for a content of <paramref name="length"/> bytes.</summary>
    public static long EncryptedLength(long length) => HeaderLength + (((length / BlockLength) + 1) * BlockLength) + MacLength;
}
