using CloudBackup.Infrastructure;

namespace CloudBackup.Encryption;

/// <summary>Encrypts the objects of one backup.</summary>
/// <param name="keys">The keys.</param>
/// <param name="encryptNames">Whether file names are encrypted.</param>
/// <param name="random">Where initialization vectors come from.</param>
internal sealed class BackupSealer(BackupKeys keys, bool encryptNames, IRandomSource random) : BackupCipher(keys, encryptNames)
{
    /// <summary>The encrypted form of a content, made while it is read. Disposes the content with it.</summary>
    public Stream Encrypt(Stream content)
    {
        Span<byte> vector = stackalloc byte[Cbv2.VectorLength];
        random.Fill(vector);
        return new Cbv2EncryptStream(content, Keys, vector);
    }

    /// <summary>The encrypted form of a short content.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> content)
    {
        Span<byte> vector = stackalloc byte[Cbv2.VectorLength];
        random.Fill(vector);
        return Cbv2Bytes.Encrypt(content, Keys, vector);
    }
}
