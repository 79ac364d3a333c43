namespace CloudBackup.Bench.DataSets;

/// <summary>200,000 small files: mails, cache entries, source code.</summary>
internal sealed class SmallFilesData : DataSet
{
    private const int FileCount = 200_000;
    private const int Smallest = 64;
    private const int Largest = 8 * 1024;
    private const int TextBytes = 64 * 1024 * 1024;
    private const ulong Seed = 200_000;

    /// <inheritdoc/>
    public override string Name => "small";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description => "200,000 files of 64 bytes to 8 KiB, a hundred to a folder";

    /// <inheritdoc/>
    protected override void Make(string folder, double scale)
    {
        var text = new MemoryStream();
        foreach (var (_, content) in TextCorpus.Read(Seed).TakeWhile(_ => text.Length < TextBytes))
        {
            text.Write(content);
        }
        var random = new SeededBytes(Seed);
        for (var number = 0; number < (int)(FileCount * scale); number++)
        {
            var length = random.Spread(Smallest, Largest);
            var start = random.Below((int)text.Length - length);
            File.WriteAllBytes(PathFor(folder, number, $"{number:000000}.txt"), text.GetBuffer().AsSpan(start, length));
        }
    }
}
