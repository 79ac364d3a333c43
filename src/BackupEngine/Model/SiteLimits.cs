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
}
