using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>What a decision on each of very many backups takes, and whether it grows with their number only.</summary>
internal sealed class RetentionScenario : Scenario
{
    private const string Once = "100,000 backups";
    private const string TenTimes = "100,000 backups, ten times";
    private const string TenTimesAsMany = "1,000,000 backups";

    /// <inheritdoc/>
    public override string Name => "retention-evaluate";

    /// <inheritdoc/>
    public override string Question => "weighing backups of 40 apps and the platform by 7 daily, 4 weekly, 12 monthly";

    /// <inheritdoc/>
    public override IReadOnlyList<Contender> Contenders { get; } = [Weighing(Once, 100_000, 1), Weighing(TenTimes, 100_000, 10), Weighing(TenTimesAsMany, 1_000_000, 1)];

    /// <inheritdoc/>
    public override IReadOnlyList<Target> Targets { get; } =
    [
        Target.TimeAtMost(Once, TimeSpan.FromSeconds(1), ""),
        Target.TimesOf(TenTimesAsMany, TenTimes, 1.3),
    ];

    private static Contender Weighing(string name, int backups, int times) =>
        new() { Name = name, Measured = _ => Ours.Weigh(backups, times), TellsTime = true, IsOurs = true };
}
