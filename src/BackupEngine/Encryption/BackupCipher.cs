using System.Security.Cryptography;
using System.Text;

namespace CloudBackup.Encryption;

/// <summary>
/// What the objects of one encrypted backup look like: contents are encrypted always, the names of its files when <see cref="Names"/> is set. A
/// <see cref="BackupSealer"/> makes them and a <see cref="BackupOpener"/> reads them. Thread-safe; holds no keys of its own, so the owner of the
/// keys disposes them.
/// </summary>
/// <param name="keys">The keys.</param>
/// <param name="encryptNames">Whether file names are encrypted; without it, encrypted files are named <c>name.enc</c>.</param>
internal abstract class BackupCipher(BackupKeys keys, bool encryptNames)
{
    private static readonly byte[] IndexLabel = [.. "CloudBackup index"u8, 0];

    /// <summary>Names the keys; see <see cref="BackupKeys.Id"/>.</summary>
    public string KeyId => Keys.Id;

    /// <summary>Encrypts and decrypts names of files; null when they stay readable.</summary>
    public FileNameCipher? Names { get; } = encryptNames ? new FileNameCipher(keys) : null;

    /// <summary>The keys.</summary>
    protected BackupKeys Keys { get; } = keys;

    /// <summary>Bytes that a content of <paramref name="length"/> bytes takes in the storage.</summary>
    public virtual long StoredLength(long length) => Cbv2.EncryptedLength(length);

    /// <summary>Bytes that the content of an encrypted file of this length has at most.</summary>
    public virtual long LongestContent(long fileLength) => Cbv2.LongestContent(fileLength);

    /// <summary>Which bytes of an encrypted file hold a part of its content.</summary>
    public virtual (long Offset, long Length) RangeOf(long offset, long length) =>
        (Cbv2RangeStream.FileStart(offset), Cbv2RangeStream.FileLength(offset, length));

    /// <summary>
    /// Authenticates an index for one backup: HMAC-SHA256 with the data HMAC key over <c>CloudBackup index</c>, a zero byte, the backup's
    /// remote path (UTF-8), a zero byte and the index's SHA-256 in hexadecimal; in hexadecimal.
    /// </summary>
    public string IndexMac(string remotePath, string indexSha256)
    {
        byte[] message = [.. IndexLabel, .. Encoding.UTF8.GetBytes(remotePath), 0, .. Encoding.ASCII.GetBytes(indexSha256)];
        return Convert.ToHexStringLower(HMACSHA256.HashData(Keys.DataHmacKey, message));
    }

    /// <summary>Names the keys, nothing else.</summary>
    public override string ToString() => KeyId;
}
