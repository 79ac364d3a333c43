using System.Security.Cryptography;
using System.Text;
using CloudBackup.Infrastructure;

namespace CloudBackup.Encryption;

/// <summary>
/// What encrypts and decrypts the objects of one backup: contents always, the names of its files when <see cref="Names"/> is set.
/// Thread-safe; holds no keys of its own, so the owner of the keys disposes them.
/// </summary>
internal sealed class BackupCipher
{
    private static readonly byte[] IndexLabel = [.. "CloudBackup index"u8, 0];

    private readonly BackupKeys _keys;
    private readonly IRandomSource _random;
    private readonly MacCoverage _coverage;

    /// <summary>Makes the cipher of a backup.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="encryptNames">Whether file names are encrypted; without it, encrypted files are named <c>name.enc</c>.</param>
    /// <param name="random">Where initialization vectors come from.</param>
    /// <param name="coverage">Which HMACs are accepted when reading; writing always covers vector and ciphertext.</param>
    public BackupCipher(BackupKeys keys, bool encryptNames, IRandomSource random, MacCoverage coverage = MacCoverage.VectorAndCiphertext)
    {
        _keys = keys;
        _random = random;
        _coverage = coverage;
        Names = encryptNames ? new FileNameCipher(keys) : null;
    }

    /// <summary>Names the keys; see <see cref="BackupKeys.Id"/>.</summary>
    public string KeyId => _keys.Id;

    /// <summary>Encrypts names of files; null when they stay readable.</summary>
    public FileNameCipher? Names { get; }

    /// <summary>The encrypted form of a content, made while it is read. Disposes the content with it.</summary>
    public Stream Encrypt(Stream content)
    {
        Span<byte> vector = stackalloc byte[Cbv2.VectorLength];
        _random.Fill(vector);
        return new Cbv2EncryptStream(content, _keys, vector);
    }

    /// <summary>
    /// The content of an encrypted file; disposes the file with it. Reading throws <see cref="WrongPasswordOrDamagedException"/>, at the
    /// latest at the end: until a read has returned 0 nothing that came out may be relied on.
    /// </summary>
    public Stream Decrypt(Stream file) => new Cbv2DecryptStream(file, _keys, _coverage);

    /// <summary>
    /// A part of the content of an encrypted file, from the bytes of the file that <see cref="Cbv2RangeStream"/> names; disposes them with it.
    /// Not authenticated: the caller must know the content's hash.
    /// </summary>
    public Stream DecryptRange(Stream file, long offset, long length) => new Cbv2RangeStream(file, _keys, offset, length);

    /// <summary>The encrypted form of a short content.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> content)
    {
        Span<byte> vector = stackalloc byte[Cbv2.VectorLength];
        _random.Fill(vector);
        return Cbv2.Encrypt(content, _keys, vector);
    }

    /// <summary>The content of a short encrypted file.</summary>
    /// <exception cref="WrongPasswordOrDamagedException">It was not encrypted with these keys, or was changed.</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> file) => Cbv2.Decrypt(file, _keys, _coverage, out _);

    /// <summary>
    /// Authenticates an index for one backup: HMAC-SHA256 with the data HMAC key over <c>CloudBackup index</c>, a zero byte, the backup's
    /// remote path (UTF-8), a zero byte and the index's SHA-256 in hexadecimal; in hexadecimal.
    /// </summary>
    public string IndexMac(string remotePath, string indexSha256)
    {
        byte[] message = [.. IndexLabel, .. Encoding.UTF8.GetBytes(remotePath), 0, .. Encoding.ASCII.GetBytes(indexSha256)];
        return Convert.ToHexStringLower(HMACSHA256.HashData(_keys.DataHmacKey, message));
    }

    /// <summary>Names the keys, nothing else.</summary>
    public override string ToString() => KeyId;
}
