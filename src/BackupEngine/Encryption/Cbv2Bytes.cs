using System.Security.Cryptography;

namespace CloudBackup.Encryption;

/// <summary>Short contents in the form <see cref="Cbv2"/>, encrypted and decrypted at once.</summary>
internal static class Cbv2Bytes
{
    /// <summary>Encrypts a short content.</summary>
    /// <param name="content">The content.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="vector">16 random bytes, never used for another content.</param>
    public static byte[] Encrypt(ReadOnlySpan<byte> content, BackupKeys keys, ReadOnlySpan<byte> vector)
    {
        using var aes = Aes.Create();
        aes.SetKey(keys.DataKey);
        byte[] authenticated = [.. vector, .. aes.EncryptCbc(content, vector)];
        return [.. Cbv2.Magic, .. authenticated, .. HMACSHA256.HashData(keys.DataHmacKey, authenticated)];
    }

    /// <summary>Decrypts a short file; nothing is decrypted before its HMAC is right.</summary>
    /// <param name="file">The file.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="coverage">Which HMACs are accepted.</param>
    /// <param name="found">Which one it has.</param>
    /// <exception cref="WrongPasswordOrDamagedException">It was not encrypted with these keys, or was changed.</exception>
    public static byte[] Decrypt(ReadOnlySpan<byte> file, BackupKeys keys, MacCoverage coverage, out MacCoverage found)
    {
        if (!Cbv2.HasForm(file))
        {
            throw MacCheck.Failure();
        }
        using var mac = new MacCheck(keys, coverage);
        var vector = file.Slice(Cbv2.MagicLength, Cbv2.VectorLength);
        var cipher = file[Cbv2.HeaderLength..^Cbv2.MacLength];
        mac.Start(vector);
        mac.Append(cipher);
        mac.Check(file[^Cbv2.MacLength..]);
        found = mac.Found;
        using var aes = Aes.Create();
        aes.SetKey(keys.DataKey);
        return aes.DecryptCbc(cipher, vector);
    }
}
