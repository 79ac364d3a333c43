using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace CloudBackup.Pester.Tests;

/// <summary>Runs the Pester suite once, in the pwsh and with the Pester that the build downloads.</summary>
internal static class PesterRun
{
    /// <summary>The results of all tests, in the order in which they ran.</summary>
    /// <exception cref="InvalidOperationException">The suite did not run to its end. The text has its output.</exception>
    public static IReadOnlyList<PesterResult> Execute()
    {
        var results = Path.Join(AppContext.BaseDirectory, "results.jsonl");
        File.Delete(results);
        var (exitCode, output) = Start(results);
        var rows = File.Exists(results) ? File.ReadLines(results).Select(line => JsonSerializer.Deserialize<PesterResult>(line)!).ToList() : [];
        // 1 means that a test failed: its row says so.
        return rows.Count > 0 && exitCode is 0 or 1
            ? rows
            : throw new InvalidOperationException($"The Pester suite ended with exit code {exitCode} and {rows.Count} results:\n{output}");
    }

    private static (int ExitCode, string Output) Start(string results)
    {
        var script = Path.Join(Setting("RepositoryPath"), "tests", "Pester", "run.ps1");
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Setting("PwshPath"), "-NoProfile", "-NonInteractive", "-File", script, "-Pester", Setting("PesterPath"), "-ResultPath", results,
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CLOUDBACKUP_MODULE"] = Setting("ModulePath");
        // Another module or setting of the machine must not decide what a test shows.
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";
        start.Environment["NO_COLOR"] = "1";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static string Setting(string key) =>
        typeof(PesterRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
