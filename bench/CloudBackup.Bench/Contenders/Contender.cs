using CloudBackup.Bench.Measuring;

namespace CloudBackup.Bench.Contenders;

/// <summary>Where one run of one contender happens.</summary>
/// <param name="Folder">An empty folder of this run; it stays until the scenario ends.</param>
/// <param name="Data">The scenario's data set; empty when it has none.</param>
/// <param name="Shared">What the scenario prepared for all runs.</param>
internal sealed record Place(string Folder, string Data, string Shared)
{
    /// <summary>A path in this run's folder.</summary>
    public string this[string name] => Path.Join(Folder, name);
}

/// <summary>One of the sides that are compared: how it does the work, and what is left of it to be checked and weighed.</summary>
internal sealed record Contender
{
    /// <summary>Its name in the results.</summary>
    public required string Name { get; init; }

    /// <summary>Programs that must be on the PATH; without them it does not run.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];

    /// <summary>What must be there before the work can begin, such as an empty repository. Before each run, not measured.</summary>
    public Func<Place, Task>? Prepare { get; init; }

    /// <summary>What is measured: a process and all its descendants.</summary>
    public required Func<Place, Command> Measured { get; init; }

    /// <summary>What does the same work once more where it was done already; null when that is <see cref="Measured"/> too.</summary>
    public Func<Place, Command>? MeasuredAgain { get; init; }

    /// <summary>How many bytes the work stored; null where none are.</summary>
    public Func<Place, long>? StoredBytes { get; init; }

    /// <summary>Throws <see cref="BenchException"/> when the work was not done. After each run, not measured.</summary>
    public Action<Place>? Check { get; init; }

    /// <summary>
    /// True when the process tells on its standard output how many seconds the work took: for work that is short beside the start of a process.
    /// </summary>
    public bool TellsTime { get; init; }

    /// <summary>Whether it is ours, and so never left out.</summary>
    public bool IsOurs { get; init; }

    /// <summary>Whether what is measured is the engine in a process of this program.</summary>
    public bool IsEngine(Place place) => IsOurs && Measured(place).Program == Environment.ProcessPath;

    /// <summary>The same work by this program of another commit.</summary>
    /// <param name="program">The other program.</param>
    public Contender Before(string program)
    {
        var (measured, again) = (Measured, MeasuredAgain);
        return this with
        {
            Name = $"{Name}, before",
            Measured = place => measured(place) with { Program = program },
            MeasuredAgain = again is null ? null : place => again(place) with { Program = program },
        };
    }
}
