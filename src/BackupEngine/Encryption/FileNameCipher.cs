using System.Security.Cryptography;
using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Encryption;

/// <summary>
/// Encrypts names, each part of a path by itself: the initialization vector is the first 16 bytes of HMAC-SHA256 over the name, so that equal
/// names encrypt equally and an object is found again by its name; then base64 of vector and AES-256-CBC, with <c>-</c> for <c>/</c> and
/// without <c>=</c>. Names are bytes: those that are no UTF-8 survive. Thread-safe.
/// </summary>
internal sealed class FileNameCipher(BackupKeys keys)
{
    /// <summary>The longest name, in bytes, that is encrypted: its encrypted form stays below the 255 bytes that file systems take.</summary>
    public const int LongestName = 156;

    private const int VectorLength = 16;

    /// <summary>Whether a name is short enough.</summary>
    public static bool Fits(string name) => FindFault(name) is null;

    /// <summary>Why a name cannot be encrypted; null when it can.</summary>
    public static string? FindFault(string name) => PathText.CountBytes(name) is > LongestName and var bytes
        ? $"its name has {bytes} bytes, and encrypted names may have {LongestName}"
        : null;

    /// <summary>The bytes of the encrypted form of a name of <paramref name="bytes"/> bytes.</summary>
    public static int EncryptedLength(int bytes)
    {
        var all = VectorLength + (((bytes / VectorLength) + 1) * VectorLength);
        return ((all * 4) + 2) / 3; // base64 without its padding
    }

    /// <summary>Encrypts one name.</summary>
    /// <exception cref="ArgumentException">The name is empty, too long, or holds a slash.</exception>
    public string Encrypt(string name)
    {
        if (name.Length == 0 || name.Contains('/') || !Fits(name))
        {
            throw new ArgumentException($"A name has 1 to {LongestName} bytes and no slash.", nameof(name));
        }
        var bytes = PathText.ToBytes(name);
        var vector = VectorOf(bytes);
        using var aes = Aes.Create();
        aes.SetKey(keys.NameKey);
        byte[] all = [.. vector, .. aes.EncryptCbc(bytes, vector)];
        return Convert.ToBase64String(all).Replace('/', '-').TrimEnd('=');
    }

    /// <summary>Decrypts one name.</summary>
    /// <exception cref="WrongPasswordOrDamagedException">It was not encrypted with these keys, or is damaged.</exception>
    public string Decrypt(string name)
    {
        var bytes = Decode(name);
        if (bytes is null || bytes.Length < VectorLength * 2 || bytes.Length % VectorLength != 0)
        {
            throw new WrongPasswordOrDamagedException("It is no encrypted name.");
        }
        using var aes = Aes.Create();
        aes.SetKey(keys.NameKey);
        byte[] plain;
        try
        {
            plain = aes.DecryptCbc(bytes.AsSpan(VectorLength), bytes.AsSpan(0, VectorLength));
        }
        catch (CryptographicException)
        {
            throw Failure();
        }
        return CryptographicOperations.FixedTimeEquals(VectorOf(plain), bytes.AsSpan(0, VectorLength)) ? PathText.FromBytes(plain) : throw Failure();
    }

    /// <summary>Encrypts every part of a relative path.</summary>
    public string EncryptPath(string path) => string.Join('/', path.Split('/').Select(Encrypt));

    /// <summary>Decrypts every part of a relative path.</summary>
    public string DecryptPath(string path) => string.Join('/', path.Split('/').Select(Decrypt));

    private byte[] VectorOf(ReadOnlySpan<byte> name) => HMACSHA256.HashData(keys.NameHmacKey, name)[..VectorLength];

    private static byte[]? Decode(string name)
    {
        if (!Ascii.IsValid(name) || name.AsSpan().ContainsAny('/', '='))
        {
            return null;
        }
        var text = name.Replace('-', '/');
        text += new string('=', (4 - (text.Length % 4)) % 4);
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length))
        {
            return null;
        }
        // Only the one text that this name encrypts to is taken for it: spaces and odd last bits are not.
        var decoded = bytes[..length];
        return Convert.ToBase64String(decoded) == text ? decoded : null;
    }

    private static WrongPasswordOrDamagedException Failure() => new("The password is wrong, or the name was changed.");
}
