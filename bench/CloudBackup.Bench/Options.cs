using System.Globalization;
using CloudBackup.Bench.Scenarios;

namespace CloudBackup.Bench;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string UsageText = """
        usage: CloudBackup.Bench list
               CloudBackup.Bench run <scenario>... | all [options]

          --runs <n>        how often each contender runs (default 5)
          --work <folder>   data sets and scratch space, some GB (default /var/tmp/cloudbackup-bench)
          --only <text>     only contenders whose name holds this; ours always run. May be repeated
          --before <program> this program of another commit: its engine competes with ours, and nobody else
          --scale <factor>  data sets of another size, to try a scenario out; targets are not judged then (default 1)
          --out <folder>    writes results.md and results.json there
          --readme <file>   puts each scenario's table between its marks in this file
        """;

    /// <summary>What is measured.</summary>
    public IReadOnlyList<Scenario> Scenarios { get; init; } = [];

    /// <summary>How often each contender runs.</summary>
    public int Runs { get; init; } = 5;

    /// <summary>Data sets, which stay, and scratch space, which does not.</summary>
    public string WorkFolder { get; init; } = "/var/tmp/cloudbackup-bench";

    /// <summary>Parts of names of contenders; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>This program of another commit, whose engine is compared with ours; null to compare with other tools.</summary>
    public string? BeforePath { get; init; }

    /// <summary>What the sizes of data sets are multiplied with.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Where results are written; null for nowhere.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>A page that holds the last results; null for none.</summary>
    public string? ReadmePath { get; init; }

    /// <summary>Reads the arguments after <c>run</c>.</summary>
    /// <exception cref="OptionException">They make no sense.</exception>
    public static Options Parse(IReadOnlyList<string> arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            string Value() => ++i < arguments.Count ? arguments[i] : throw new OptionException($"{argument} needs a value.");
            options = argument switch
            {
                "--runs" => options with { Runs = (int)Number(argument, Value()) },
                "--work" => options with { WorkFolder = Path.GetFullPath(Value()) },
                "--only" => options with { Only = [.. options.Only, Value()] },
                "--before" => options with { BeforePath = Path.GetFullPath(Value()) },
                "--scale" => options with { Scale = Number(argument, Value()) },
                "--out" => options with { OutputFolder = Path.GetFullPath(Value()) },
                "--readme" => options with { ReadmePath = Path.GetFullPath(Value()) },
                "all" => options with { Scenarios = ScenarioList.All },
                _ => options with { Scenarios = [.. options.Scenarios, ScenarioList.Get(argument)] },
            };
        }
        return options.Scenarios.Count > 0 ? options : throw new OptionException("Name a scenario, or all.");
    }

    private static double Number(string option, string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new OptionException($"{option} needs a number above 0, not '{text}'.");
}
