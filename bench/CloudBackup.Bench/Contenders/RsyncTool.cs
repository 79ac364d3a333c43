using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Measuring;

namespace CloudBackup.Bench.Contenders;

/// <summary>rsync, to a folder on the same disk. It flushes nothing unless it is told to.</summary>
internal static class RsyncTool
{
    /// <summary>What a second copy is called that shares with the first what has not changed.</summary>
    public const string WithLinks = "rsync -a --link-dest";

    private const string First = "first";
    private const string Second = "second";

    /// <summary>A copy; one that is made again shares with it what has not changed.</summary>
    public static Contender Copy { get; } = new()
    {
        Name = "rsync -a",
        Tools = ["rsync"],
        Measured = place => Run(place, First),
        MeasuredAgain = place => Run(place, Second, $"--link-dest={place[First]}"),
        StoredBytes = place => FolderFacts.Of(place[First]).Bytes,
    };

    /// <summary>A copy of which each file is on the disk when it ends, as a backup of ours is.</summary>
    public static Contender DurableCopy { get; } = Copy with { Name = "rsync -a --fsync", Measured = place => Run(place, First, "--fsync") };

    /// <summary>Checks a second copy.</summary>
    /// <exception cref="BenchException">It is not whole.</exception>
    public static void CheckSecond(Place place)
    {
        if (FolderFacts.Of(place[Second]) != FolderFacts.Of(place.Data))
        {
            throw new BenchException("rsync has not copied everything.");
        }
    }

    private static Command Run(Place place, string to, params string[] options) => new("rsync", ["-a", .. options, place.Data + "/", place[to] + "/"]);
}
