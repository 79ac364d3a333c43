using CloudBackup.Bench.Engine;
using CloudBackup.Bench.Reporting;
using CloudBackup.Bench.Scenarios;

namespace CloudBackup.Bench;

/// <summary>Compares CloudBackup with the tools that an administrator would otherwise take. <c>bench/README.md</c> tells how.</summary>
internal static class Program
{
    private const int Failure = 1;
    private const int Usage = 2;

    /// <summary>Runs the program.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            switch (arguments.FirstOrDefault())
            {
                case EngineProcess.Verb:
                    return await EngineProcess.RunAsync(arguments[1..]);
                case "list":
                    foreach (var scenario in ScenarioList.All)
                    {
                        Console.WriteLine($"{scenario.Name,-20} {scenario.Question}");
                    }
                    return 0;
                case "run":
                    return await RunAsync(Options.Parse(arguments[1..]));
                default:
                    Console.Error.WriteLine(Options.UsageText);
                    return Usage;
            }
        }
        catch (OptionException failure)
        {
            Console.Error.WriteLine($"{failure.Message}\n{Options.UsageText}");
            return Usage;
        }
        catch (BenchException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return Failure;
        }
    }

    private static async Task<int> RunAsync(Options options)
    {
        var machine = MachineFacts.Read(options.WorkFolder);
        var results = new List<ScenarioResult>();
        foreach (var scenario in options.Scenarios)
        {
            Console.Error.WriteLine($"== {scenario.Name}: {scenario.Question}");
            var result = await new Comparison(options).RunAsync(scenario);
            results.Add(result);
            Console.WriteLine(MarkdownReport.Of(result));
            if (options.ReadmePath is { } readme)
            {
                ReadmeTables.Update(readme, result, machine);
            }
        }
        if (options.OutputFolder is { } folder)
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(Path.Join(folder, "results.md"), MarkdownReport.Of(results, machine));
            await File.WriteAllBytesAsync(Path.Join(folder, "results.json"), JsonReport.Of(results, machine));
        }
        return 0;
    }
}
