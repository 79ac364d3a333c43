using CloudBackup.Bench.Contenders;
using CloudBackup.Bench.Measuring;

namespace CloudBackup.Bench;

/// <summary>The programs of the machine.</summary>
internal static class Tools
{
    private static readonly Dictionary<string, string> Versions = [];

    /// <summary>Whether a program is found.</summary>
    public static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Join(folder, program)));

    /// <summary>What the tools of a contender call themselves.</summary>
    public static IReadOnlyList<string> VersionsOf(Contender contender) => [.. contender.Tools.Select(VersionOf)];

    private static string VersionOf(string program)
    {
        if (!Versions.TryGetValue(program, out var version))
        {
            // restic takes no --version.
            var argument = program == "restic" ? "version" : "--version";
            var output = MeasuredProcess.OutputOfAsync(Command.Shell($"{program} {argument} 2>&1 | head -n 1 || true")).GetAwaiter().GetResult();
            Versions[program] = version = output.Trim();
        }
        return version;
    }
}
