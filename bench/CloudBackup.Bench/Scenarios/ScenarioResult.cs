using CloudBackup.Bench.DataSets;
using CloudBackup.Bench.Measuring;

namespace CloudBackup.Bench.Scenarios;

/// <summary>What a scenario measured.</summary>
internal sealed record ScenarioResult
{
    public required string Name { get; init; }

    public required string Question { get; init; }

    /// <summary>When, in UTC.</summary>
    public required DateTimeOffset Measured { get; init; }

    /// <summary>What the data is; null when there is none.</summary>
    public string? DataDescription { get; init; }

    /// <summary>How much data there is.</summary>
    public FolderFacts? Data { get; init; }

    /// <summary>What the data's size was multiplied with.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Who ran, in the scenario's order.</summary>
    public required IReadOnlyList<ContenderResult> Contenders { get; init; }

    /// <summary>Who could not run, for want of a tool.</summary>
    public IReadOnlyList<string> Absent { get; init; } = [];

    /// <summary>The targets in words, with what was reached; empty when the data was scaled.</summary>
    public IReadOnlyList<Outcome> Outcomes { get; init; } = [];

    /// <summary>What the others are compared with.</summary>
    public ContenderResult First => Contenders[0];

    /// <summary>The result of a contender; null when it did not run.</summary>
    public ContenderResult? Find(string contender) => Contenders.FirstOrDefault(result => result.Contender == contender);
}

/// <summary>What became of a target.</summary>
/// <param name="Target">The target in words.</param>
/// <param name="Reached">What was reached; null when it could not be judged.</param>
/// <param name="IsMet">Whether that is enough; null when it could not be judged.</param>
internal sealed record Outcome(string Target, string? Reached, bool? IsMet);
