using System.Diagnostics;
using System.Globalization;

namespace CloudBackup.Bench.Measuring;

/// <summary>Runs commands, one at a time, and measures what they and their descendants use.</summary>
internal static class MeasuredProcess
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs a command to its end.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="folder">A folder on the file system that it writes to.</param>
    /// <param name="tellsTime">Whether the seconds that it writes to standard output count, and not those from its start to its exit.</param>
    /// <exception cref="BenchException">It failed.</exception>
    public static async Task<Measurement> RunAsync(Command command, string folder, bool tellsTime)
    {
        await FlushAsync(folder); // what others wrote must not be written during this run
        var cpuBefore = ResourceUsage.CpuOfEndedChildren();
        var started = Stopwatch.GetTimestamp();
        using var process = Start(command);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var peak = SamplePeakAsync(process);
        await process.WaitForExitAsync();
        var wall = Stopwatch.GetElapsedTime(started);
        var cpu = ResourceUsage.CpuOfEndedChildren() - cpuBefore;
        if (process.ExitCode != 0)
        {
            throw new BenchException($"{command.Program} {string.Join(' ', command.Arguments)} ended with {process.ExitCode}:\n{await output}{await errors}");
        }
        if (tellsTime)
        {
            var told = TimeSpan.FromSeconds(double.Parse(await output, CultureInfo.InvariantCulture));
            return new Measurement(told, told, cpu, await peak, null);
        }
        await FlushAsync(folder);
        return new Measurement(wall, Stopwatch.GetElapsedTime(started), cpu, await peak, null);
    }

    /// <summary>Runs a command and returns what it writes to standard output. Not measured.</summary>
    /// <exception cref="BenchException">It failed.</exception>
    public static async Task<string> OutputOfAsync(Command command)
    {
        using var process = Start(command);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new BenchException($"{command.Program} {string.Join(' ', command.Arguments)} ended with {process.ExitCode}:\n{await errors}");
    }

    private static async Task FlushAsync(string folder) => await OutputOfAsync(new Command("sync", "--file-system", folder));

    private static Process Start(Command command)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private static Task<long> SamplePeakAsync(Process process) => Task.Run(async () =>
    {
        long peak = 0;
        using var timer = new PeriodicTimer(SampleInterval);
        while (!process.HasExited)
        {
            peak = Math.Max(peak, ResourceUsage.PeakOfTree(process.Id));
            await timer.WaitForNextTickAsync();
        }
        return peak;
    });
}
