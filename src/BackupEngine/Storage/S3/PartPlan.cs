namespace CloudBackup.Storage.S3;

/// <summary>The parts of one upload: how long each of them is, and what does not fit into all of them.</summary>
/// <param name="profile">The store's limits.</param>
/// <param name="path">The object.</param>
/// <param name="content">What is uploaded.</param>
/// <param name="memory">Bytes that all parts in flight may hold.</param>
internal sealed class PartPlan(S3Profile profile, string path, ObjectContent content, long memory)
{
    private readonly long _likelyAtFirst = content.LikelyLength;

    /// <summary>The length of a part, from 1. A better guess lengthens those to come, unless all must be equal.</summary>
    public long LengthOf(int number) =>
        PartLengths.LengthOf(number, profile, content.Length, profile.NeedsEqualParts ? _likelyAtFirst : content.LikelyLength, memory);

    /// <summary>Refuses what is known not to fit, before anything of it is sent.</summary>
    public void CheckBefore()
    {
        if (content.Length is { } length)
        {
            Check((int)Math.Min(int.MaxValue, (length + LengthOf(1) - 1) / LengthOf(1)), length);
        }
    }

    /// <summary>Refuses one more part, or the bytes with it, when the store does not take so many.</summary>
    /// <param name="parts">How many parts it would be.</param>
    /// <param name="length">How many bytes at least.</param>
    public void Check(int parts, long length)
    {
        if (length > profile.LargestObject || (parts > profile.MostParts && LengthOf(profile.MostParts) == profile.LargestPart))
        {
            throw TooLong($"{profile.Title} takes no object so long. Exclude something; of an archive, or take a site with -Format Rsync, which "
                + "stores each file for itself.");
        }
        if (parts > profile.MostParts)
        {
            throw TooLong($"{profile.Title} takes {profile.MostParts} parts of an object, and longer ones do not fit in memory. Raise the site's "
                + "-MemoryLimit.");
        }
    }

    private StorageException TooLong(string why) => new(StorageErrorKind.Misconfigured, path, $"'{path}' is too long: {why}");
}
