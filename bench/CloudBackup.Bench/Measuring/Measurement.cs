namespace CloudBackup.Bench.Measuring;

/// <summary>One run of one contender.</summary>
/// <param name="Wall">From start to exit.</param>
/// <param name="OnDisk">From start until all it wrote is on the disk: exit, then a flush of the file system.</param>
/// <param name="Cpu">User and system time of the process and all its descendants.</param>
/// <param name="PeakMemory">Bytes: the most that the peaks of all processes that lived at the same time came to.</param>
/// <param name="StoredBytes">What the work stored; null where nothing is.</param>
internal sealed record Measurement(TimeSpan Wall, TimeSpan OnDisk, TimeSpan Cpu, long PeakMemory, long? StoredBytes);

/// <summary>All runs of one contender.</summary>
/// <param name="Contender">Its name.</param>
/// <param name="Versions">The versions of its tools.</param>
/// <param name="Runs">The runs.</param>
internal sealed record ContenderResult(string Contender, IReadOnlyList<string> Versions, IReadOnlyList<Measurement> Runs)
{
    public double WallSeconds => Median(run => run.Wall.TotalSeconds);

    public double ShortestSeconds => Runs.Min(run => run.Wall.TotalSeconds);

    public double LongestSeconds => Runs.Max(run => run.Wall.TotalSeconds);

    public double OnDiskSeconds => Median(run => run.OnDisk.TotalSeconds);

    public double CpuSeconds => Median(run => run.Cpu.TotalSeconds);

    /// <summary>The highest of all runs: a peak is a promise, not an average.</summary>
    public long PeakMemory => Runs.Max(run => run.PeakMemory);

    public long? StoredBytes => Runs[0].StoredBytes is null ? null : (long)Median(run => run.StoredBytes ?? 0);

    private double Median(Func<Measurement, double> value)
    {
        var sorted = Runs.Select(value).Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
