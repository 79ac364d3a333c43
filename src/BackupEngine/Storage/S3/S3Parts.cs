namespace CloudBackup.Storage.S3;

/// <summary>
/// How long the parts of an upload are. Of a content whose length nobody knows, the first parts are short, so that few bytes wait in memory,
/// and later ones grow, so that the store's number of parts suffices for any length that memory allows.
/// </summary>
internal static class S3Parts
{
    /// <summary>A part doubles after each such share of the allowed parts.</summary>
    private const int Steps = 16;

    /// <summary>The length of part <paramref name="number"/> (from 1).</summary>
    /// <param name="number">Which part.</param>
    /// <param name="profile">The store's limits.</param>
    /// <param name="contentLength">The length of the content; null when it is not known.</param>
    /// <param name="memory">Bytes that all parts in flight may hold.</param>
    public static long LengthOf(int number, S3Profile profile, long? contentLength, long memory)
    {
        // Two at a time, so that one is filled while the other is sent; at last one alone, rather than not to fit.
        var pair = Math.Max(S3Profile.SmallestPart, Math.Min(memory / 2, S3Profile.LargestRequest));
        var alone = Math.Max(pair, Math.Min(memory, S3Profile.LargestRequest));
        if (contentLength is { } length)
        {
            var least = (length + profile.MostParts - 1) / profile.MostParts;
            return Math.Min(alone, Math.Max(S3Profile.SmallestPart, RoundUp(least)));
        }
        if (profile.NeedsEqualParts)
        {
            return Math.Min(pair, 64L * 1024 * 1024);
        }
        var step = Math.Max(1, profile.MostParts / Steps);
        var doublings = Math.Min((number - 1) / step, 40);
        var wanted = S3Profile.SmallestPart << Math.Min(doublings, 20);
        return Math.Min(wanted, number > profile.MostParts * 3 / 4 ? alone : pair);
    }

    /// <summary>The longest content of unknown length that fits.</summary>
    public static long Capacity(S3Profile profile, long memory)
    {
        var sum = 0L;
        for (var number = 1; number <= profile.MostParts; number++)
        {
            sum += LengthOf(number, profile, null, memory);
        }
        return sum;
    }

    private static long RoundUp(long length) => (length + PartBuffer.ChunkLength - 1) / PartBuffer.ChunkLength * PartBuffer.ChunkLength;
}
