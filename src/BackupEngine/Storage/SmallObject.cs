namespace CloudBackup.Storage;

/// <summary>Objects that fit into memory. What is larger than such an object can be was not written by CloudBackup, and is not read.</summary>
internal static class SmallObject
{
    /// <summary>Bytes of a backup info: it names up to a thousand missing items, or the backups of all apps.</summary>
    public const int LargestInfo = 16 * 1024 * 1024;

    /// <summary>Bytes of anything else: marks, notes, states.</summary>
    public const int LargestNote = 1024 * 1024;

    /// <summary>All bytes of a small object.</summary>
    /// <exception cref="StorageException">It cannot be read, or is larger than that.</exception>
    public static async Task<byte[]> ReadAsync(
        IBackupStorage storage, string path, CancellationToken cancellationToken, int largest = LargestInfo)
    {
        var stream = await storage.OpenReadAsync(path, 0, largest + 1, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes.Length <= largest
            ? bytes.ToArray()
            : throw new StorageException(StorageErrorKind.Corrupt, path, $"'{path}' is larger than {largest} bytes, so CloudBackup did not write it.");
    }
}
