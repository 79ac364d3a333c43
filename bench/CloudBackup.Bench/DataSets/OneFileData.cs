namespace CloudBackup.Bench.DataSets;

/// <summary>One large file of bytes that do not compress.</summary>
internal sealed class OneFileData : DataSet
{
    private const long TotalBytes = 1_000_000_000;
    private const int Chunk = 10_000_000;

    /// <inheritdoc/>
    public override string Name => "one-file";

    /// <inheritdoc/>
    public override int Version => 1;

    /// <inheritdoc/>
    public override string Description => "one file of 1 GB";

    /// <summary>The file.</summary>
    public static string FileIn(string data) => Path.Join(data, "file");

    /// <inheritdoc/>
    protected override void Make(string folder, double scale)
    {
        var random = new SeededBytes(21);
        using var file = File.Create(FileIn(folder));
        var content = new byte[Chunk];
        for (var left = (long)(TotalBytes * scale); left > 0; left -= Chunk)
        {
            random.Fill(content);
            file.Write(content);
        }
    }
}
