using System.Globalization;

namespace CloudBackup.Bench.DataSets;

/// <summary>Small files of which backups are made again and again.</summary>
/// <param name="files">How many.</param>
/// <param name="smallest">Bytes of the shortest.</param>
/// <param name="largest">Bytes of the longest.</param>
internal sealed class ChangingFilesData(int files = 100_000, int smallest = 1000, int largest = 20_000) : DataSet
{
    private const int EveryNth = 100;
    private const ulong Seed = 100_000;

    /// <inheritdoc/>
    public override string Name => $"changing-{files}";

    /// <inheritdoc/>
    public override int Version => 2;

    /// <inheritdoc/>
    public override string Description =>
        string.Create(CultureInfo.InvariantCulture, $"{files:N0} files of {smallest:N0} to {largest:N0} bytes, a hundred to a folder");

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
        for (var number = 0; number < (int)(files * scale); number++)
        {
            var content = new byte[random.Spread(smallest, largest)];
            random.Fill(content);
            File.WriteAllBytes(PathFor(folder, number, $"{number:000000}.dat"), content);
        }
    }
}
