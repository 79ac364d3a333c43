using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Measuring;

namespace CloudBackup.Bench.Contenders;

/// <summary>BorgBackup: deduplicates and compresses with lz4, its default; here without encryption, its fastest way.</summary>
internal static class Borg
{
    /// <summary>A first backup of the data set into a new repository.</summary>
    public static Contender InitialBackup { get; } = new()
    {
        Name = "borg (lz4)",
        Tools = ["borg"],
        Prepare = async place => await MeasuredProcess.OutputOfAsync(Run(place, "init", "--encryption", "none", place["repo"])),
        Measured = place => Run(place, "create", "--compression", "lz4", $"{place["repo"]}::bench", place.Data),
        MeasuredAgain = place => Run(place, "create", "--compression", "lz4", $"{place["repo"]}::again", place.Data),
        StoredBytes = place => FolderFacts.Of(place["repo"]).Bytes,
    };

    private static Command Run(Place place, params string[] arguments) => new Command("borg", arguments)
        .With("BORG_BASE_DIR", place["base"])
        .With("BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK", "yes");
}
