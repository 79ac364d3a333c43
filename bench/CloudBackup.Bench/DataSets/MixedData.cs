namespace CloudBackup.Bench.DataSets;

/// <summary>Half text, half media: what a wiki or a chat with its uploads looks like.</summary>
internal sealed class MixedData : DataSet
{
    private const long TextBytes = 384L * 1024 * 1024;
    private const long MediaBytes = 384L * 1024 * 1024;
    private const ulong Seed = 20261123;

    /// <inheritdoc/>
    public override string Name => "mixed";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description => "half real text, half media that does not compress";

    /// <inheritdoc/>
    protected override void Make(string folder, double scale)
    {
        MakeText(Path.Join(folder, "pages"), (long)(TextBytes * scale));
        MediaData.Make(Path.Join(folder, "uploads"), (long)(MediaBytes * scale), Seed);
    }

    private static void MakeText(string folder, long bytes)
    {
        var number = 0;
        foreach (var (extension, content) in TextCorpus.Read(Seed))
        {
            if (bytes <= 0)
            {
                return;
            }
            File.WriteAllBytes(PathFor(folder, number, $"{number:000000}{extension}"), content);
            bytes -= content.Length;
            number++;
        }
    }
}
