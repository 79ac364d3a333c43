using CloudBackup.Bench.Measuring;

namespace CloudBackup.Bench.Contenders;

/// <summary>GNU tar with a compressor.</summary>
internal static class Tar
{
    private const string Archive = "archive.tar.gz";

    /// <summary>Packs the data set, as in <c>tar | gzip -6</c>.</summary>
    public static Contender Pack(string compressor) => new()
    {
        Name = $"tar | {compressor}",
        Tools = ["tar", compressor.Split(' ')[0]],
        Measured = place => Command.Shell($"tar -C '{place.Data}' -cf - . | {compressor} > '{place[Archive]}'"),
        StoredBytes = place => new FileInfo(place[Archive]).Length,
    };

    /// <summary>Unpacks an archive, as in <c>tar -xzf</c>, or with another program that inflates.</summary>
    /// <param name="archive">Finds the archive.</param>
    /// <param name="inflate">The program; null for tar's own choice, gzip.</param>
    /// <param name="check">Checks what was unpacked to the folder of the run named <c>out</c>.</param>
    public static Contender Unpack(Func<Place, string> archive, string? inflate, Action<Place> check) => new()
    {
        Name = inflate is null ? "tar -xzf" : $"tar -I {inflate} -xf",
        Tools = inflate is null ? ["tar", "gzip"] : ["tar", inflate],
        Prepare = place =>
        {
            Directory.CreateDirectory(place["out"]);
            return Task.CompletedTask;
        },
        Measured = place => inflate is null
            ? new Command("tar", "-xzf", archive(place), "-C", place["out"])
            : new Command("tar", "-I", inflate, "-xf", archive(place), "-C", place["out"]),
        Check = check,
    };
}
