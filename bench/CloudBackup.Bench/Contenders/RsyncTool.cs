using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Measuring;

namespace CloudBackup.Bench.Contenders;

/// <summary>rsync, to a folder on the same disk. It flushes nothing.</summary>
internal static class RsyncTool
{
    private const string First = "first";
    private const string Second = "second";

    /// <summary>A first copy.</summary>
    public static Contender Copy { get; } = new()
    {
        Name = "rsync -a",
        Tools = ["rsync"],
        Measured = place => Run(place, First),
        StoredBytes = place => FolderFacts.Of(place[First]).Bytes,
    };

    /// <summary>A second copy that shares what has not changed with the first.</summary>
    /// <param name="change">Changes the data before it.</param>
    public static Contender CopyWithLinks(Action<string> change) => new()
    {
        Name = "rsync -a --link-dest",
        Tools = ["rsync"],
        Prepare = async place =>
        {
            await MeasuredProcess.OutputOfAsync(Run(place, First));
            change(place.Data);
        },
        Measured = place => Run(place, Second, $"--link-dest={place[First]}"),
        Check = place =>
        {
            if (FolderFacts.Of(place[Second]) != FolderFacts.Of(place.Data))
            {
                throw new BenchException("rsync has not copied everything.");
            }
        },
    };

    private static Command Run(Place place, string to, params string[] options) => new("rsync", ["-a", .. options, place.Data + "/", place[to] + "/"]);
}
