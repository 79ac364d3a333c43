namespace CloudBackup.Storage.S3;

/// <summary>
/// How long the parts of an upload are. For a content of unknown length, the first parts are short, so that few bytes wait in memory,
/// and later ones grow, so that the store's number of parts suffices for any length that memory allows. Where there is a guess, they are
/// from the start as long as that needs.
/// </summary>
internal static class PartLengths
{
    /// <summary>A part doubles after each such share of the allowed parts.</summary>
    private const int Steps = 16;

    /// <summary>Where all parts must be equal and there is no guess, they have this length, or this share of the memory when that is more.</summary>
    private const long EqualPart = 64L * 1024 * 1024;

    private const int EqualShare = 16;

    /// <summary>The length of part <paramref name="number"/> (from 1).</summary>
    /// <param name="number">Which part.</param>
    /// <param name="profile">The store's limits.</param>
    /// <param name="contentLength">The length of the content; null when it is not known.</param>
    /// <param name="likely">The length that the content is thought to have; 0 when it is unknown.</param>
    /// <param name="memory">Bytes that all parts in flight may hold.</param>
    public static long LengthOf(int number, S3Profile profile, long? contentLength, long likely, long memory)
    {
        // Two at a time, so that one is filled while the other is sent; one alone, rather than not to fit.
        var pair = Math.Clamp(memory / 2, S3Profile.SmallestPart, profile.LargestPart);
        var alone = Math.Clamp(memory, pair, profile.LargestPart);
        var least = Math.Max(S3Profile.SmallestPart, RoundUp(((contentLength ?? likely) + profile.MostParts - 1) / profile.MostParts));
        if (contentLength is not null)
        {
            return Math.Min(alone, least);
        }
        var most = least > pair || (!profile.NeedsEqualParts && number > profile.MostParts * 3 / 4) ? alone : pair;
        var step = Math.Max(1, profile.MostParts / Steps);
        var wanted = profile.NeedsEqualParts
            ? Math.Max(EqualPart, memory / EqualShare)
            : S3Profile.SmallestPart << Math.Min((number - 1) / step, 20);
        return Math.Min(most, Math.Max(least, wanted));
    }

    /// <summary>The longest content that fits.</summary>
    /// <param name="profile">The store's limits.</param>
    /// <param name="likely">The length that the content is thought to have.</param>
    /// <param name="memory">Bytes that all parts in flight may hold.</param>
    public static long Capacity(S3Profile profile, long likely, long memory)
    {
        var sum = 0L;
        for (var number = 1; number <= profile.MostParts; number++)
        {
            sum += LengthOf(number, profile, null, likely, memory);
        }
        return Math.Min(sum, profile.LargestObject ?? sum);
    }

    private static long RoundUp(long length) => (length + PartBuffer.ChunkLength - 1) / PartBuffer.ChunkLength * PartBuffer.ChunkLength;
}
