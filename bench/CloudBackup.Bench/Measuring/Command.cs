namespace CloudBackup.Bench.Measuring;

/// <summary>A program with arguments, and what is added to its environment.</summary>
internal sealed record Command(string Program, params string[] Arguments)
{
    /// <summary>Variables that are set for it.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>A line of a shell, for pipelines; fails when any part of it does.</summary>
    public static Command Shell(string line) => new("bash", "-c", $"set -o pipefail; {line}");

    /// <summary>The command with one variable more.</summary>
    public Command With(string name, string value) => this with
    {
        Environment = new Dictionary<string, string>(Environment) { [name] = value },
    };
}
