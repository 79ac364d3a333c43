using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>A first backup of nothing but media: what does not compress must cost neither time nor room.</summary>
internal sealed class TgzMediaScenario : Scenario
{
    /// <inheritdoc/>
    public override string Name => "tgz-media";

    /// <inheritdoc/>
    public override string Question => "a first backup of media alone, as tar.gz on a file system";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new MediaData();

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        .. Backups.ToFileSystem(),
        Tar.Pack("pigz -6"),
        Restic.InitialBackup,
        Borg.InitialBackup,
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } = [Target.StoredAboveInput(0.1)];
}
