namespace CloudBackup;

/// <summary>What a run against a site may use. Unset values take a default that fits the machine and the provider.</summary>
public sealed record SiteLimits
{
    /// <summary>Uploads at the same time; null for the provider's default.</summary>
    public int? UploadConcurrency { get; init; }

    /// <summary>Downloads at the same time; null for the provider's default.</summary>
    public int? DownloadConcurrency { get; init; }

    /// <summary>Server-side copies at the same time; null for the provider's default.</summary>
    public int? CopyConcurrency { get; init; }

    /// <summary>Bytes of buffers that a run may hold; null for an eighth of the machine's memory, at least 64 MiB.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>After this long a run is stopped; null for 12 hours.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Deflate level from 1 (fastest) to 9 (smallest); null for 4.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>Timers of the system take no more than 49 days.</summary>
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(45);

    /// <summary>What was set.</summary>
    public override string ToString() => string.Join(", ", new[]
    {
        UploadConcurrency is { } uploads ? $"{uploads} uploads" : null,
        DownloadConcurrency is { } downloads ? $"{downloads} downloads" : null,
        CopyConcurrency is { } copies ? $"{copies} copies" : null,
        MemoryLimitBytes is { } memory ? $"{memory} bytes of memory" : null,
        Timeout is { } timeout ? $"timeout {timeout}" : null,
        CompressionLevel is { } level ? $"compression level {level}" : null,
    }.OfType<string>());

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="BackupException">One is.</exception>
    internal void Check()
    {
        CheckRange("The upload concurrency", UploadConcurrency, 1, 1000);
        CheckRange("The download concurrency", DownloadConcurrency, 1, 1000);
        CheckRange("The copy concurrency", CopyConcurrency, 1, 1000);
        CheckRange("The compression level", CompressionLevel, 1, 9);
        if (MemoryLimitBytes is < 32L * 1024 * 1024)
        {
            throw BackupErrors.ValueOutOfRange("The memory limit", MemoryLimitBytes, "at least 32 MB");
        }
        if (Timeout is { } timeout && (timeout < TimeSpan.FromSeconds(1) || timeout > LongestTimeout))
        {
            throw BackupErrors.ValueOutOfRange("The timeout", timeout, $"from one second to {LongestTimeout.Days} days");
        }
    }

    private static void CheckRange(string what, int? value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw BackupErrors.ValueOutOfRange(what, value, $"from {least} to {most}");
        }
    }
}
