namespace CloudBackup.Bench.DataSets;

/// <summary>Half text, half media: what a wiki or a chat with its uploads looks like.</summary>
/// <param name="folders">How many folders have some of both; with one, all text comes before all media.</param>
internal sealed class MixedData(int folders = 1) : DataSet
{
    private const long TextBytes = 384L * 1024 * 1024;
    private const long MediaBytes = 384L * 1024 * 1024;
    private const ulong Seed = 20261123;

    /// <inheritdoc/>
    public override string Name => folders == 1 ? "mixed" : $"mixed-{folders}";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description =>
        $"half real text, half media that does not compress{(folders == 1 ? "" : $", side by side in {folders} folders")}";

    /// <inheritdoc/>
    protected override void Make(string folder, double scale)
    {
        using var texts = TextCorpus.Read(Seed).GetEnumerator();
        for (var i = 0; i < folders; i++)
        {
            var part = folders == 1 ? folder : Path.Join(folder, $"{i:00}");
            MakeText(Path.Join(part, "pages"), (long)(TextBytes * scale / folders), texts);
            MediaData.Make(Path.Join(part, "uploads"), (long)(MediaBytes * scale / folders), Seed + (ulong)i);
        }
    }

    private static void MakeText(string folder, long bytes, IEnumerator<(string Extension, byte[] Content)> texts)
    {
        for (var number = 0; bytes > 0 && texts.MoveNext(); number++)
        {
            var (extension, content) = texts.Current;
            File.WriteAllBytes(PathFor(folder, number, $"{number:000000}{extension}"), content);
            bytes -= content.Length;
        }
    }
}
