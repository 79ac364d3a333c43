namespace CloudBackup.Storage;

/// <summary>Objects that fit into memory.</summary>
internal static class SmallObject
{
    private const int Largest = 16 * 1024 * 1024;

    /// <summary>All bytes of a small object.</summary>
    public static async Task<byte[]> ReadAsync(IBackupStorage storage, string path, CancellationToken cancellationToken)
    {
        var stream = await storage.OpenReadAsync(path, 0, Largest, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes.ToArray();
    }
}
