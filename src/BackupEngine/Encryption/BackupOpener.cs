namespace CloudBackup.Encryption;

/// <summary>Decrypts the objects of one backup.</summary>
/// <param name="keys">The keys.</param>
/// <param name="encryptNames">Whether file names are encrypted.</param>
/// <param name="coverage">Which HMACs are accepted; CloudBackup writes those of vector and ciphertext.</param>
internal sealed class BackupOpener(BackupKeys keys, bool encryptNames, MacCoverage coverage = MacCoverage.VectorAndCiphertext)
    : BackupCipher(keys, encryptNames)
{
    /// <summary>
    /// The content of an encrypted file; disposes the file with it. Reading throws <see cref="WrongPasswordOrDamagedException"/>, at the
    /// latest at the end: until a read has returned 0 nothing that came out may be relied on.
    /// </summary>
    public Stream Decrypt(Stream file) => new Cbv2DecryptStream(file, Keys, coverage);

    /// <summary>The content of a short encrypted file.</summary>
    /// <exception cref="WrongPasswordOrDamagedException">It was not encrypted with these keys, or was changed.</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> file) => Cbv2Bytes.Decrypt(file, Keys, coverage, out _);

    /// <summary>
    /// A part of the content of an encrypted file, from the bytes of the file that <see cref="BackupCipher.RangeOf"/> names; disposes them with it.
    /// Not authenticated: the caller must know the content's hash.
    /// </summary>
    public Stream DecryptRange(Stream file, long offset, long length) => new Cbv2RangeStream(file, Keys, offset, length);
}
