using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>Backups as plain folders: the first, and those after it.</summary>
internal abstract class RsyncScenario : Scenario
{
    private static readonly Contender[] Both = [.. Backups.ToFileSystem(site => site with { Format = BackupFormat.Rsync })];

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new ChangingFilesData();

    /// <summary>A backup of the format rsync, by the engine.</summary>
    protected static Contender Ours { get; } = Both[0];

    /// <summary>The same by the cmdlet in the host.</summary>
    protected static Contender OurHost { get; } = Both[1];
}

/// <summary>What the first backup costs.</summary>
internal sealed class RsyncFirstScenario : RsyncScenario
{
    /// <inheritdoc/>
    public override string Name => "rsync-first";

    /// <inheritdoc/>
    public override string Question => "a first backup of 100,000 files as a plain folder";

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } = [Ours, RsyncTool.Copy, Restic.InitialBackup, Borg.InitialBackup];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } =
    [
        Target.FasterThan(RsyncTool.Copy.Name, 1.5),
        Target.FasterOntoTheDisk(RsyncTool.Copy.Name, 1.5),
    ];
}

/// <summary>What the first backup costs beside a copy that is as durable; that takes a minute.</summary>
internal sealed class RsyncDurableScenario : RsyncScenario
{
    /// <inheritdoc/>
    public override string Name => "rsync-first-durable";

    /// <inheritdoc/>
    public override string Question => "a first backup of 100,000 files as a plain folder, beside a copy of which each file is flushed too";

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } = [Ours, RsyncTool.DurableCopy];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } = [Target.FasterThan(RsyncTool.DurableCopy.Name, 1.5)];
}

/// <summary>What memory very many files take.</summary>
internal sealed class RsyncMillionScenario : RsyncScenario
{
    private const string Unchanged = "cloudbackup, nothing changed";
    private const long MostMemory = 400_000_000;

    /// <inheritdoc/>
    public override string Name => "rsync-million";

    /// <inheritdoc/>
    public override string Question => "backups of 1,000,000 files as plain folders: the first, and one when nothing has changed";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new ChangingFilesData(1_000_000, 10, 400);

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } = [Ours, RsyncAgainScenario.Again(Ours, _ => { }) with { Name = Unchanged }];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } = [Target.MemoryBelow(Ours.Name, MostMemory), Target.MemoryBelow(Unchanged, MostMemory)];
}

/// <summary>What a backup costs when nothing, or little, has changed since the last one.</summary>
/// <param name="name">The scenario's name.</param>
/// <param name="what">What has changed, in words.</param>
/// <param name="change">Changes the data between two backups.</param>
internal sealed class RsyncAgainScenario(string name, string what, Action<string> change) : RsyncScenario
{
    private const long MostMemory = 120_000_000;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Question => $"a backup of 100,000 files of which {what} since the last one, rotation included";

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        Again(Ours, change),
        Again(RsyncTool.Copy, change) with { Name = RsyncTool.WithLinks, Check = RsyncTool.CheckSecond },
        Again(Restic.InitialBackup, change),
        Again(Borg.InitialBackup, change),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } =
    [
        Target.FasterThan(RsyncTool.WithLinks, 2),
        Target.FasterThan(Restic.InitialBackup.Name, 2),
        Target.FasterThan(Borg.InitialBackup.Name, 1),
        Target.PeakMemoryBelow(MostMemory),
    ];

    /// <summary>The work a second time, after the first is done and the data has changed.</summary>
    public static Contender Again(Contender first, Action<string> change) => first with
    {
        Prepare = async place =>
        {
            if (first.Prepare is { } prepare)
            {
                await prepare(place);
            }
            await Measuring.MeasuredProcess.OutputOfAsync(first.Measured(place));
            change(place.Data);
        },
        Measured = place => first.MeasuredAgain?.Invoke(place) ?? first.Measured(place),
        StoredBytes = null,
    };
}

/// <summary>What the whole command costs, with the start of its PowerShell, when tiny files have not changed since the last backup.</summary>
internal sealed class RsyncTinyScenario : RsyncScenario
{
    private const long MostMemory = 120_000_000;

    /// <inheritdoc/>
    public override string Name => "rsync-tiny";

    /// <inheritdoc/>
    public override string Question => "a backup of 60,000 tiny files of which nothing has changed since the last one, with the start of the host";

    /// <inheritdoc/>
    public override DataSet? Data { get; } = new ChangingFilesData(60_000, 10, 200);

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        RsyncAgainScenario.Again(OurHost, Nothing),
        RsyncAgainScenario.Again(Ours, Nothing),
        RsyncAgainScenario.Again(RsyncTool.Copy, Nothing) with { Name = RsyncTool.WithLinks, Check = RsyncTool.CheckSecond },
        RsyncAgainScenario.Again(Restic.InitialBackup, Nothing),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } =
    [
        Target.FasterThan(RsyncTool.WithLinks, 1.5),
        Target.FasterThan(Restic.InitialBackup.Name, 1.5),
        Target.PeakMemoryBelow(MostMemory),
        Target.MemoryBelow(Ours.Name, MostMemory),
    ];

    private static void Nothing(string data)
    {
    }
}
