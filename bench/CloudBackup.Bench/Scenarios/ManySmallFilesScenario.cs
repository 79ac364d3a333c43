using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>Many small files: what each file costs, in time and in memory.</summary>
internal sealed class ManySmallFilesScenario : Scenario
{
    private const string Pigz = "pigz -1";

    /// <inheritdoc/>
    public override string Name => "many-small-files";

    /// <inheritdoc/>
    public override string Question => "a first backup of 200,000 small files, as tar.gz on a file system";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new SmallFilesData();

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        .. Backups.ToFileSystem(),
        Tar.Pack(Pigz),
        Restic.InitialBackup,
        Borg.InitialBackup,
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } =
    [
        Target.PeakMemoryBelow(300L * 1024 * 1024),
        Target.FasterThan($"tar | {Pigz}", 1),
    ];
}
