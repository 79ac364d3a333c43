using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>A first backup of a mix of text and media to a disk.</summary>
internal sealed class TgzBackupScenario : Scenario
{
    private const string Pigz = "pigz -6";
    private const string Gzip = "gzip -6";

    /// <inheritdoc/>
    public override string Name => "tgz-backup";

    /// <inheritdoc/>
    public override string Question => "a first backup of half text, half media, as tar.gz on a file system";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new MixedData();

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        .. Backups.ToFileSystem(),
        Tar.Pack(Pigz),
        Tar.Pack(Gzip),
        Restic.InitialBackup,
        Borg.InitialBackup,
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } =
    [
        Target.FasterThan($"tar | {Pigz}", 3),
        Target.FasterThan($"tar | {Gzip}", 6),
        Target.FasterThan(Restic.InitialBackup.Name, 1),
        Target.FasterThan(Borg.InitialBackup.Name, 1),
        Target.StoredAbove($"tar | {Gzip}", 3),
    ];
}
