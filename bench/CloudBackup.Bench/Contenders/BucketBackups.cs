using CloudBackup.Bench.Measuring;

namespace CloudBackup.Bench.Contenders;

/// <summary>A backup to <see cref="Bucket"/>, and its two halves, each of which is done alone.</summary>
internal static class BucketBackups
{
    /// <summary>The name of <see cref="Packing"/>.</summary>
    public const string PackAlone = "packing alone, to a folder";

    /// <summary>The name of <see cref="Uploading"/>.</summary>
    public const string UploadAlone = "uploading the finished archive alone";

    /// <summary>A first backup to the bucket.</summary>
    /// <param name="name">The contender's name.</param>
    /// <param name="url">The server, or a proxy before it; asked when a run begins.</param>
    /// <param name="memory">The site's memory limit in bytes; null for its default.</param>
    public static Contender Whole(string name, Func<string> url, long? memory = null) => new()
    {
        Name = name,
        IsOurs = true,
        Prepare = async place =>
        {
            await Bucket.EmptyAsync();
            await Ours.PrepareAsync(
                place.Folder,
                place.Data,
                site => Bucket.Adapt(site, url()) with { Limits = site.Limits with { MemoryLimitBytes = memory } },
                Bucket.Secrets);
        },
        Measured = place => Ours.Backup(place.Folder),
        StoredBytes = _ => Bucket.Measure().Bytes,
    };

    /// <summary>The same backup to a folder.</summary>
    public static Contender Packing() => Backups.ToFileSystem().First() with { Name = PackAlone };

    /// <summary>The upload of the archive that <see cref="MakeArchiveAsync"/> has made.</summary>
    /// <param name="url">The server, or a proxy before it; asked when a run begins.</param>
    public static Contender Uploading(Func<string> url) => new()
    {
        Name = UploadAlone,
        IsOurs = true,
        Prepare = _ => Bucket.EmptyAsync(),
        Measured = place => Ours.PutObject(Ours.ArchiveIn(place.Shared), url()),
        StoredBytes = _ => Bucket.Measure().Bytes,
    };

    /// <summary>Makes the archive, in the folder that all runs share.</summary>
    public static async Task MakeArchiveAsync(Place place)
    {
        await Ours.PrepareAsync(place.Shared, place.Data);
        await MeasuredProcess.OutputOfAsync(Ours.Backup(place.Shared));
    }
}
