namespace CloudBackup.Bench.DataSets;

/// <summary>100,000 small files of which backups are made again and again.</summary>
internal sealed class ChangingFilesData : DataSet
{
    /// <summary>How many files there are.</summary>
    public const int FileCount = 100_000;

    private const int Smallest = 1024;
    private const int Largest = 20 * 1024;
    private const int EveryNth = 100;
    private const ulong Seed = 100_000;

    /// <inheritdoc/>
    public override string Name => "changing";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description => "100,000 files of 1 to 20 kB, a hundred to a folder";

    /// <summary>Writes every hundredth file anew, in place and as long as it was.</summary>
    public static void Change(string folder)
    {
        var number = 0;
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (number++ % EveryNth == 0)
            {
                var content = File.ReadAllBytes(path);
                content[number % content.Length] ^= 1;
                File.WriteAllBytes(path, content);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Make(string folder, double scale)
    {
        var random = new SeededBytes(Seed);
        for (var number = 0; number < (int)(FileCount * scale); number++)
        {
            var content = new byte[random.Spread(Smallest, Largest)];
            random.Fill(content);
            File.WriteAllBytes(PathFor(folder, number, $"{number:000000}.dat"), content);
        }
    }
}
