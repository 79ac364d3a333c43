using System.Diagnostics;
using System.Reflection;

namespace CloudBackup.IntegrationTests;

/// <summary>What a program wrote and how it ended.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error);

/// <summary>Runs the machine's tools and our host. A test whose tool is missing is skipped, and says so.</summary>
internal static class Tools
{
    /// <summary>The built host.</summary>
    public static string Host { get; } = Path.GetFullPath(typeof(Tools).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "HostPath").Value!);

    /// <summary>The folder of the example scripts.</summary>
    public static string Examples { get; } = Path.GetFullPath(Path.Join(Path.GetDirectoryName(Host), "../../../../../examples"));

    /// <summary>Skips the test unless all programs are on PATH.</summary>
    public static void Need(params string[] programs)
    {
        foreach (var program in programs)
        {
            Assert.SkipUnless(Has(program), $"{program} is not installed here.");
        }
    }

    /// <summary>Skips the test unless it runs as root: it mounts file systems or changes owners.</summary>
    public static void NeedRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "This needs root.");

    /// <summary>Whether a program is on PATH.</summary>
    public static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(folder => File.Exists(Path.Join(folder, program)));

    /// <summary>Runs a program that must succeed, and returns what it wrote.</summary>
    public static string Run(string program, params string[] arguments)
    {
        var result = Try(program, arguments);
        Assert.True(result.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Output} {result.Error}");
        return result.Output;
    }

    /// <summary>Runs a program and tells how it ended.</summary>
    public static ToolResult Try(string program, params string[] arguments) => Finish(Start(program, arguments, null));

    /// <summary>Runs a command in the host on a platform.</summary>
    public static ToolResult RunHost(string home, string command, params string[] prefix)
    {
        string[] all = [.. prefix, Host, "-Command", command];
        return Finish(Start(all[0], all[1..], home));
    }

    /// <summary>Runs a command in the host, which may take so many bytes of managed memory.</summary>
    public static ToolResult RunHostWithin(long memory, string home, string command) =>
        RunHost(home, command, "env", $"DOTNET_GCHeapHardLimit=0x{memory:X}");

    /// <summary>What a command starts with to be killed at the n-th system call of a name, counted over all its threads.</summary>
    public static string[] KillAt(string call, int number) =>
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={number}"];

    /// <summary>Starts a command in the host on a platform.</summary>
    public static Process StartHost(string home, string command) => Start(Host, ["-Command", command], home);

    /// <summary>Reads what a process writes, to its end.</summary>
    public static ToolResult Finish(Process process)
    {
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new ToolResult(process.ExitCode, output, error.Result);
        }
    }

    private static Process Start(string program, string[] arguments, string? home)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        if (home is not null)
        {
            start.Environment["CLOUDBACKUP_HOME"] = home;
            start.Environment["DOTNET_TieredPGO"] = "0";
        }
        start.Environment["LC_ALL"] = "C.UTF-8";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}
