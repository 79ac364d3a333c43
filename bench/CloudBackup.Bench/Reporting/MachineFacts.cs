using System.Runtime.InteropServices;

namespace CloudBackup.Bench.Reporting;

/// <summary>What was measured on. Nothing in it tells whose machine it is.</summary>
internal sealed record MachineFacts(string Processor, int Cores, long MemoryBytes, string System, string Kernel, string Runtime, string FileSystem)
{
    /// <summary>Asks the machine.</summary>
    public static MachineFacts Read(string workFolder)
    {
        Directory.CreateDirectory(workFolder);
        return new MachineFacts(
            Field("/proc/cpuinfo", "model name"),
            Environment.ProcessorCount,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            Field("/etc/os-release", "PRETTY_NAME").Trim('"'),
            File.ReadAllText("/proc/sys/kernel/osrelease").Split('-')[0].Trim(),
            RuntimeInformation.FrameworkDescription,
            new DriveInfo(workFolder).DriveFormat);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{Cores} cores ({Processor}), {MemoryBytes / (1024.0 * 1024 * 1024):0} GiB, {FileSystem}, {System}, Linux {Kernel}, {Runtime}");

    private static string Field(string path, string key)
    {
        var line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        return line?[(line.IndexOfAny([':', '=']) + 1)..].Trim() ?? "unknown";
    }
}
