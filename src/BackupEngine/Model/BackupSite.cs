namespace CloudBackup;

/// <summary>Where backups go, and how.</summary>
public sealed record BackupSite
{
    /// <summary>The site's unique name.</summary>
    public required string Name { get; init; }

    /// <summary>The storage provider, such as <c>filesystem</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The format of new backups.</summary>
    public BackupFormat Format { get; init; }

    /// <summary>The folder below the place that everything of this site is in; empty for none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>True for the site that is used when none is named.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Whether new backups are encrypted.</summary>
    public bool Encrypted => KeyId is not null;

    /// <summary>The keys that new backups are encrypted with: a name for them that gives nothing of them away; null for no encryption.</summary>
    public string? KeyId { get; init; }

    /// <summary>Whether the names of files are encrypted too, where each file is an object of its own (format rsync).</summary>
    public bool EncryptFileName { get; init; } = true;

    /// <summary>Where the storage is.</summary>
    public required StorageSettings Settings { get; init; }

    /// <summary>What a run may use.</summary>
    public SiteLimits Limits { get; init; } = new();

    /// <summary>Which backups cleanup keeps; null keeps every good one.</summary>
    public RetentionPolicy? Retention { get; init; }

    /// <summary>When the site was last cleaned up; null when it never was.</summary>
    public DateTimeOffset? LastCleanup { get; init; }

    /// <summary>When the site was created.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
