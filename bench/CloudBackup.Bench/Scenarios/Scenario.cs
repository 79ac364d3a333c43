using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Reporting;

namespace CloudBackup.Bench.Scenarios;

/// <summary>
/// A question that a measurement answers: the same work done by several contenders on the same data. A new scenario is a subclass and a
/// line in <see cref="ScenarioList"/>.
/// </summary>
internal abstract class Scenario
{
    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What it measures, in one line.</summary>
    public abstract string Question { get; }

    /// <summary>The data that all contenders work on; null when there is none.</summary>
    public virtual DataSet? Data => null;

    /// <summary>Who competes. The first is what the others are compared with.</summary>
    public abstract IReadOnlyList<Contender> Contenders { get; }

    /// <summary>What must be reached.</summary>
    public virtual IReadOnlyList<Target> Targets => [];

    /// <summary>Makes what all runs share, in <see cref="Place.Shared"/>. Once, not measured.</summary>
    public virtual Task PrepareAsync(Place place) => Task.CompletedTask;

    /// <summary>Ends what <see cref="PrepareAsync"/> began. Once, whatever happened.</summary>
    public virtual Task CleanUpAsync() => Task.CompletedTask;
}
