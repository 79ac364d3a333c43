using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Generators;

namespace CloudBackup.Encryption;

/// <summary>
/// The four keys of a password: scrypt (RFC 7914) over the password's UTF-8 bytes, salt <c>CLOUDRONSCRYPTSALT</c>, N = 16384, r = 8, p = 1,
/// 128 bytes, cut in four. Equal passwords give equal keys everywhere: the format has no salt of its own.
/// </summary>
internal sealed class BackupKeys : IDisposable
{
    /// <summary>The length of all keys together.</summary>
    public const int Length = 4 * KeyLength;

    /// <summary>The length of an <see cref="Id"/>.</summary>
    public const int IdLength = 16;

    private const int KeyLength = 32;
    private const int Cost = 16384;
    private const int BlockSize = 8;
    private const int Parallelism = 1;

    private readonly byte[] _keys;

    private BackupKeys(byte[] keys)
    {
        _keys = keys;
        Id = IdOf(keys);
    }

    /// <summary>
    /// Names the keys without giving anything of them away: the first 8 bytes, in hexadecimal, of SHA-256 over an HMAC that nothing else
    /// uses.
    /// </summary>
    public string Id { get; }

    /// <summary>Encrypts contents.</summary>
    public ReadOnlySpan<byte> DataKey => _keys.AsSpan(0, KeyLength);

    /// <summary>Authenticates contents.</summary>
    public ReadOnlySpan<byte> DataHmacKey => _keys.AsSpan(KeyLength, KeyLength);

    /// <summary>Encrypts names.</summary>
    public ReadOnlySpan<byte> NameKey => _keys.AsSpan(2 * KeyLength, KeyLength);

    /// <summary>Makes the initialization vectors of names, which also authenticate them.</summary>
    public ReadOnlySpan<byte> NameHmacKey => _keys.AsSpan(3 * KeyLength, KeyLength);

    /// <summary>The keys of a password; takes about a twentieth of a second and 16 MB, on purpose.</summary>
    public static BackupKeys Derive(SecureString password)
    {
        var text = Marshal.SecureStringToGlobalAllocUnicode(password);
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(password.Length)];
        try
        {
            int length;
            unsafe
            {
                length = Encoding.UTF8.GetBytes(new ReadOnlySpan<char>((void*)text, password.Length), bytes);
            }
            return Derive(bytes.AsSpan(0, length));
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(text);
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The keys of a password given as bytes.</summary>
    public static BackupKeys Derive(ReadOnlySpan<byte> password)
    {
        var copy = password.ToArray();
        try
        {
            var keys = SCrypt.Generate(copy, "CLOUDRONSCRYPTSALT"u8.ToArray(), Cost, BlockSize, Parallelism, Length);
            // scrypt's table of 16 MB is given back to the system now: what follows allocates so little that it would stay for long.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return new BackupKeys(keys);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    /// <summary>Keys that were kept.</summary>
    public static BackupKeys FromBytes(ReadOnlySpan<byte> keys) => keys.Length == Length
        ? new BackupKeys(keys.ToArray())
        : throw new ArgumentException($"Keys have {Length} bytes.", nameof(keys));

    /// <summary>The keys, to be kept where only their owner can read.</summary>
    public byte[] ToBytes() => [.. _keys];

    /// <summary>The id: never a key.</summary>
    public override string ToString() => Id;

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_keys);

    private static string IdOf(ReadOnlySpan<byte> keys)
    {
        var derived = HMACSHA256.HashData(keys.Slice(KeyLength, KeyLength), "CloudBackup key id"u8);
        return Convert.ToHexStringLower(SHA256.HashData(derived).AsSpan(0, 8));
    }
}
