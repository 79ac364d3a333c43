using System.Text.Json.Serialization;

namespace CloudBackup;

/// <summary>One backup in a site: of an app (<see cref="AppBackup"/>) or of the platform itself (<see cref="PlatformBackup"/>).</summary>
public abstract record SiteBackup
{
    /// <summary>Short and unique, such as <c>app_wiki.example.com_v1.2.0_9f3e294c</c> or <c>box_v1.0.0_ff231fee</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The version of what was backed up: the app's package, or CloudBackup's own.</summary>
    public required string Version { get; init; }

    /// <summary>The site that holds the backup.</summary>
    public required string Site { get; init; }

    /// <summary>The path below the site's prefix, without extension.</summary>
    public required string RemotePath { get; init; }

    /// <summary>The backup's format.</summary>
    public BackupFormat Format { get; init; }

    /// <summary>Whether the backup is encrypted.</summary>
    public bool Encrypted => KeyId is not null;

    /// <summary>Which keys an encrypted backup needs: a name for them that gives nothing of them away; null when it is not encrypted.</summary>
    public string? KeyId { get; init; }

    /// <summary>
    /// Whether the backup is authentic: this platform made it, or a key of this platform opens it. Everyone who can write to the storage can have
    /// written a backup that is not trusted.
    /// </summary>
    [JsonIgnore]
    public bool Trusted => Origin switch
    {
        BackupOrigin.Platform => true,
        BackupOrigin.Storage => Encrypted,
        _ => false,
    };

    /// <summary>How this platform knows of the backup. Each read sets it: it is not part of what the catalog stores as text.</summary>
    [JsonIgnore]
    internal BackupOrigin Origin { get; init; }

    /// <summary>What the backup may be relied on for.</summary>
    public BackupState State { get; init; }

    /// <summary>Whether there is something to restore.</summary>
    internal bool HoldsData => State is BackupState.Ready or BackupState.Partial;

    /// <summary>When the run started, UTC.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>
    /// The time stamp, and a moment more, of a backup that was there already when this one was made with a clock that was behind it; null when the
    /// clock went right.
    /// </summary>
    [JsonInclude]
    internal DateTimeOffset? MadeAfter { get; init; }

    /// <summary>
    /// The same for backups before that one, the latest first: where its time stamp is the wrong one, these say after which right one this was made.
    /// </summary>
    [JsonInclude]
    internal IReadOnlyList<DateTimeOffset>? MadeAfterAlso { get; init; }

    /// <summary>How long the backup took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Bytes stored: data, index and backup info.</summary>
    public long Size { get; init; }

    /// <summary>Bytes of file content read from the source.</summary>
    public long SourceSize { get; init; }

    /// <summary>Entries in the backup: files, folders and links.</summary>
    public long FileCount { get; init; }

    /// <summary>A text of the user's.</summary>
    public string? Label { get; init; }

    /// <summary>Retention leaves the backup alone until then; null means that retention decides.</summary>
    public DateTimeOffset? PreserveUntil { get; init; }

    /// <summary>How many items were passed over: they vanished while being read, or are sockets, pipes or devices.</summary>
    public long Skipped { get; init; }

    /// <summary>What a <see cref="BackupState.Partial"/> backup does not hold (the first thousand).</summary>
    public IReadOnlyList<MissingItem> Missing { get; init; } = [];

    /// <summary>Why the run failed; null otherwise.</summary>
    public string? Error { get; init; }

    /// <summary>The id.</summary>
    public sealed override string ToString() => Id;

    /// <summary>Refuses a backup that there is nothing to restore of.</summary>
    /// <exception cref="BackupException">It is one.</exception>
    internal void RequireData()
    {
        if (!HoldsData)
        {
            throw BackupErrors.BackupNotRestorable(Id, $"{State}");
        }
    }
}
