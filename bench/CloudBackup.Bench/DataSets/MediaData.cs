namespace CloudBackup.Bench.DataSets;

/// <summary>Photos and videos as far as a backup is concerned: files of such sizes, of bytes that do not compress.</summary>
internal sealed class MediaData : DataSet
{
    private const long TotalBytes = 512L * 1024 * 1024;
    private const int Kibibyte = 1024;
    private const int VideoEvery = 8;

    /// <inheritdoc/>
    public override string Name => "media";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description => "files of 200 KiB to 48 MiB that do not compress";

    /// <summary>Makes such files of about so many bytes in all.</summary>
    public static void Make(string folder, long bytes, ulong seed)
    {
        var random = new SeededBytes(seed);
        for (var number = 0; bytes > 0; number++)
        {
            var isVideo = number % VideoEvery == VideoEvery - 1;
            var length = isVideo ? random.Spread(4096 * Kibibyte, 48 * 1024 * Kibibyte) : random.Spread(200 * Kibibyte, 8192 * Kibibyte);
            var content = new byte[Math.Min(length, bytes)];
            random.Fill(content);
            File.WriteAllBytes(PathFor(folder, number, isVideo ? $"{number:000000}.mp4" : $"{number:000000}.jpg"), content);
            bytes -= content.Length;
        }
    }

    /// <inheritdoc/>
    protected override void Make(string folder, double scale) => Make(folder, (long)(TotalBytes * scale), seed: 7);
}
