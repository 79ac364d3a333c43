using System.Security.Cryptography;
using System.Text.Json;
using CloudBackup.Encryption;
using CloudBackup.Layout;

namespace CloudBackup.Formats;

/// <summary>A backup info as it is stored, opened: with what opens the backup's other objects, when it is encrypted.</summary>
/// <param name="Info">The record.</param>
/// <param name="Opener">Decrypts the other objects; null when they are stored as they are.</param>
internal sealed record StoredInfo(BackupInfo Info, BackupOpener? Opener)
{
    /// <summary>
    /// Opens the stored bytes of a backup info with one of the given keys, and checks that it belongs where it was found. Which HMACs it
    /// has, its other objects have too.
    /// </summary>
    /// <param name="bytes">The stored bytes.</param>
    /// <param name="paths">Where they were found.</param>
    /// <param name="keys">Keys to try, the likeliest first; not asked for a backup that is not encrypted.</param>
    /// <exception cref="BackupException">
    /// It is damaged or belongs elsewhere; <see cref="BackupErrors.NoKeyFits"/> when it is encrypted and no key opens it.
    /// </exception>
    public static StoredInfo Open(byte[] bytes, BackupPaths paths, IEnumerable<BackupKeys> keys) =>
        TryOpen(bytes, paths, keys) ?? throw BackupErrors.NoKeyFits(paths.RemotePath);

    /// <summary>As <see cref="Open"/>; null when it is encrypted and no key opens it.</summary>
    /// <exception cref="BackupException">It is damaged or belongs elsewhere.</exception>
    public static StoredInfo? TryOpen(byte[] bytes, BackupPaths paths, IEnumerable<BackupKeys> keys)
    {
        if (!paths.IsEncrypted)
        {
            return new StoredInfo(Parse(bytes, paths), null);
        }
        foreach (var candidate in keys)
        {
            if (TryDecrypt(bytes, candidate, out var coverage) is { } plain)
            {
                var info = Parse(plain, paths);
                var isOwn = info.Encryption is { Version: Cbv2.Version } facts && facts.KeyId == candidate.Id;
                return isOwn
                    ? new StoredInfo(info, new BackupOpener(candidate, info.Encryption!.Names, coverage))
                    : throw BackupErrors.BackupDamaged(paths.RemotePath, "its record tells of another encryption than it has.");
            }
        }
        return null;
    }

    /// <summary>What tells the stored bytes of a backup info from others: their SHA-256, in hexadecimal.</summary>
    public static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[]? TryDecrypt(byte[] bytes, BackupKeys keys, out MacCoverage coverage)
    {
        coverage = MacCoverage.Either;
        try
        {
            return Cbv2Bytes.Decrypt(bytes, keys, MacCoverage.Either, out coverage);
        }
        catch (WrongPasswordOrDamagedException)
        {
            return null;
        }
    }

    private static BackupInfo Parse(byte[] bytes, BackupPaths paths)
    {
        try
        {
            var info = BackupInfo.FromBytes(bytes);
            if (!BackupFormats.FactsOf(info.Format).Fits(info))
            {
                throw new JsonException("The record is not valid: its content is not one of its format.");
            }
            return info.Paths == paths ? info : throw BackupErrors.BackupDamaged(paths.RemotePath, $"its record belongs to '{info.Id}'.");
        }
        catch (JsonException failure)
        {
            throw BackupInfo.IsMeantFor(bytes, paths.RemotePath)
                ? BackupErrors.BackupRecordUnreadable(paths.RemotePath, failure)
                : BackupErrors.BackupDamaged(paths.RemotePath, $"its record cannot be read: {failure.Message}", failure);
        }
    }
}
