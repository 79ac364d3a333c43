using CloudBackup.Encryption;
using CloudBackup.Infrastructure;

namespace CloudBackup.Tests.Support;

/// <summary>What encrypts and what decrypts the same backup.</summary>
internal sealed record CipherPair(BackupSealer Sealer, BackupOpener Opener)
{
    public CipherPair(BackupKeys keys, bool encryptNames, IRandomSource? random = null)
        : this(new BackupSealer(keys, encryptNames, random ?? new SystemRandomSource()), new BackupOpener(keys, encryptNames))
    {
    }

    public FileNameCipher? Names => Sealer.Names;

    public byte[] Encrypt(ReadOnlySpan<byte> content) => Sealer.Encrypt(content);

    public byte[] Decrypt(ReadOnlySpan<byte> file) => Opener.Decrypt(file);
}
