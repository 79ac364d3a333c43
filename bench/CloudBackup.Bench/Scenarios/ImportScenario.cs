using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>What the module adds to the start of a PowerShell engine.</summary>
internal sealed class ImportScenario : Scenario
{
    private const string WithModule = "engine + Import-Module";
    private const string EngineAlone = "engine alone";

    /// <inheritdoc/>
    public override string Name => "import";

    /// <inheritdoc/>
    public override string Question => "the start of a PowerShell engine with and without the module, hosted as BackupHost does";

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } =
    [
        new() { Name = WithModule, Measured = _ => Ours.Import(withModule: true), IsOurs = true },
        new() { Name = EngineAlone, Measured = _ => Ours.Import(withModule: false), IsOurs = true },
        new()
        {
            Name = "cloudbackup host to its first cmdlet",
            Measured = place => Ours.HostCommand($"Get-BackupApp -PlatformHome '{place["home"]}'"),
            IsOurs = true,
        },
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } = [Target.LongerThan(EngineAlone, TimeSpan.FromMilliseconds(200))];
}
