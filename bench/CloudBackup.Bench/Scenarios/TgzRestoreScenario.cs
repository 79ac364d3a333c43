using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Measuring;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>Everything back from one archive of ours; we check each hash on the way, and end with all of it on the disk.</summary>
internal sealed class TgzRestoreScenario : Scenario
{
    private const string Output = "out";

    /// <inheritdoc/>
    public override string Name => "tgz-restore";

    /// <inheritdoc/>
    public override string Question => "a whole restore of the same archive, half text, half media";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new MixedData();

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        .. Ours.Both(
            place => Ours.Restore(place.Shared, place[Output]),
            place => Ours.HostRestore(place.Shared, place[Output]),
            contender => contender with { Check = CheckOutput }),
        Tar.Unpack(place => Ours.ArchiveIn(place.Shared), null, CheckOutput),
        Tar.Unpack(place => Ours.ArchiveIn(place.Shared), "pigz", CheckOutput),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } = [Target.FasterThan("tar -xzf", 1.5)];

    /// <inheritdoc/>
    public override async Task PrepareAsync(Place place)
    {
        await Ours.PrepareAsync(place.Shared, place.Data);
        await MeasuredProcess.OutputOfAsync(Ours.Backup(place.Shared));
        FolderFacts.Warm(Path.Join(place.Shared, Ours.Store));
    }

    private static void CheckOutput(Place place) => FolderFacts.MustEqual(Path.Join(place[Output], Ours.RestoredData), place.Data);
}
