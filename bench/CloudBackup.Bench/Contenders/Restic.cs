using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Measuring;

namespace CloudBackup.Bench.Contenders;

/// <summary>restic: deduplicates, compresses and always encrypts.</summary>
internal static class Restic
{
    /// <summary>A first backup of the data set into a new repository, at the default settings.</summary>
    public static Contender InitialBackup { get; } = new()
    {
        Name = "restic",
        Tools = ["restic"],
        Prepare = async place => await MeasuredProcess.OutputOfAsync(Run(place, "init")),
        Measured = place => Run(place, "backup", place.Data),
        StoredBytes = place => FolderFacts.Of(place["repo"]).Bytes,
    };

    private static Command Run(Place place, params string[] arguments) =>
        new Command("restic", ["--quiet", "--repo", place["repo"], "--cache-dir", place["cache"], .. arguments])
            .With("RESTIC_PASSWORD", "bench");
}
