using System.Diagnostics;
using System.Globalization;

namespace CloudBackup.FileTree;

/// <summary>What the system tells of itself and its processes (source: proc(5)).</summary>
internal static class SystemFacts
{
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>Another text after each start of the machine; null where the system has none.</summary>
    public static string? BootId => File.Exists(BootIdPath) ? File.ReadAllText(BootIdPath).Trim() : null;

    /// <summary>Tells the processes that share their numbers, those of a container, from others; null where there is one set of numbers only.</summary>
    public static string? ProcessNamespace => OperatingSystem.IsLinux() ? new FileInfo("/proc/self/ns/pid").LinkTarget : null;

    /// <summary>When a process started, in ticks of the system's choosing; null when there is none of the number.</summary>
    public static long? StartOf(int process)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var found = Process.GetProcessById(process);
                return found.StartTime.Ticks;
            }
            // The second field is the program's name in brackets, which may hold anything; the start is field 22.
            var fields = File.ReadAllText($"/proc/{process}/stat");
            return long.Parse(fields[(fields.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
