using System.Security.Cryptography;

namespace CloudBackup.Storage;

/// <summary>
/// Reads small objects that the catalog is about to believe. A line that flips bits gives other bytes each time, so what is not known yet
/// counts only when two readings in a row agree.
/// </summary>
internal static class SteadyObject
{
    private const int MostReadings = 6;

    /// <summary>All bytes of a small object, as two readings in a row show them, or one that shows what is known already.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="path">The object.</param>
    /// <param name="knownHash">SHA-256 of the expected bytes, in hexadecimal; null when none are expected.</param>
    /// <param name="largest">More bytes than that are not read.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="StorageException">It cannot be read, is larger than that, or is another one with each reading.</exception>
    public static async Task<byte[]> ReadAsync(
        IBackupStorage storage, string path, string? knownHash, int largest, CancellationToken cancellationToken)
    {
        byte[]? last = null;
        for (var reading = 0; reading < MostReadings; reading++)
        {
            var bytes = await SmallObject.ReadAsync(storage, path, cancellationToken, largest).ConfigureAwait(false);
            if (last?.AsSpan().SequenceEqual(bytes) == true || Convert.ToHexStringLower(SHA256.HashData(bytes)) == knownHash)
            {
                return bytes;
            }
            last = bytes;
        }
        throw new StorageException(
            StorageErrorKind.Corrupt,
            path,
            $"'{path}' has other content each time it is read. Check the line, the proxies on it and the disk, then repeat.");
    }
}
