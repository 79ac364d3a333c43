using System.Runtime.InteropServices;

namespace CloudBackup.Bench.Measuring;

/// <summary>What the kernel knows of processes.</summary>
internal static unsafe partial class ResourceUsage
{
    private const int Children = -1;
    private const int LongsInUsage = 18; // struct rusage of 64-bit Linux: two timevals, then fourteen counters
    private const long MicrosecondsPerSecond = 1_000_000;

    /// <summary>User and system time of all processes that ended below this one and were waited for.</summary>
    public static TimeSpan CpuOfEndedChildren()
    {
        var usage = stackalloc long[LongsInUsage];
        if (GetUsage(Children, usage) != 0)
        {
            throw new BenchException($"getrusage failed with {Marshal.GetLastPInvokeError()}.");
        }
        return TimeSpan.FromMicroseconds(((usage[0] + usage[2]) * MicrosecondsPerSecond) + usage[1] + usage[3]);
    }

    /// <summary>The sum of the peaks of a process and its descendants that live now, in bytes.</summary>
    public static long PeakOfTree(int process)
    {
        var total = PeakOf(process);
        foreach (var child in ChildrenOf(process))
        {
            total += PeakOfTree(child);
        }
        return total;
    }

    /// <summary>The kernel's own record of the peak, so that nothing is missed between two looks.</summary>
    private static long PeakOf(int process)
    {
        const string Key = "VmHWM:";
        foreach (var line in Read($"/proc/{process}/status").Split('\n'))
        {
            if (line.StartsWith(Key, StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(Key.Length).Trim("\t kB")) * 1024;
            }
        }
        return 0; // it has ended
    }

    /// <summary>Children that the first thread started; none of the contenders starts any from another.</summary>
    private static IEnumerable<int> ChildrenOf(int process) =>
        Read($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // the process has ended
        }
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetUsage(int who, long* usage);
}
