namespace CloudBackup.Formats.Tgz;

/// <summary>How an archive is packed.</summary>
internal sealed record TgzOptions
{
    /// <summary>
    /// Bytes of tar stream in one gzip member. Longer members compress no better to speak of; shorter ones cost a dictionary each, and this
    /// much is inflated to read one small file.
    /// </summary>
    public const int MemberDataLength = 1024 * 1024;

    /// <summary>Room that entries may need beyond what was expected when they were listed.</summary>
    public const int Slack = 256 * 1024;

    /// <summary>Files up to this size are packed together, and read by the workers; longer ones are cut into members of their own.</summary>
    public const int SmallFileLimit = MemberDataLength / 2;

    /// <summary>
    /// The default compression level: the fastest of zlib-ng that stays within 3 % of what gzip -6 stores of half text, half media.
    /// </summary>
    public const int DefaultCompressionLevel = 3;

    /// <summary>Deflate level, 1 to 9.</summary>
    public int CompressionLevel { get; init; } = DefaultCompressionLevel;

    /// <summary>A local folder of the run, for what comes from pipes.</summary>
    public string SpoolFolder { get; init; } = "";

    /// <summary>Threads that read small files and compress.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Bytes of buffers that may be in use at a time.</summary>
    public long MemoryBudgetBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Members that may be under way at a time: each holds its data and its compressed form.</summary>
    public int MembersInFlight =>
        (int)Math.Clamp((MemoryBudgetBytes / (2 * (MemberDataLength + Slack))) - Workers, 2, (Workers * 4) + 4);
}
