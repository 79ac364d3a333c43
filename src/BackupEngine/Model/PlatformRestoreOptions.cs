namespace CloudBackup;

/// <summary>How a platform is restored.</summary>
public sealed record PlatformRestoreOptions
{
    /// <summary>How many apps are restored concurrently by default.</summary>
    public const int DefaultThrottle = 3;

    /// <summary>A file with a site's settings, made by Export-BackupSite; null to use <see cref="Site"/>.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>A site of this platform; null for the default one.</summary>
    public string? Site { get; init; }

    /// <summary>Where the storage of a file system site is on this machine; null when it is where it was.</summary>
    public string? StoragePath { get; init; }

    /// <summary>The platform backup; null for the one that the file names, or the newest.</summary>
    public string? BackupId { get; init; }

    /// <summary>Password and credential.</summary>
    public SiteSecrets Secrets { get; init; } = SiteSecrets.None;

    /// <summary>Whether only the platform itself is restored.</summary>
    public bool SkipAppRestore { get; init; }

    /// <summary>Whether commands are told to leave DNS alone (<c>CLOUDBACKUP_SKIP_DNS=1</c>).</summary>
    public bool SkipDns { get; init; }

    /// <summary>Whether a backup of another version is accepted, where the catalog can be brought to this one.</summary>
    public bool AllowVersionMismatch { get; init; }

    /// <summary>Whether app backups that are gone or cannot be read are passed over: those apps stay in state Error.</summary>
    public bool AllowMissingBackup { get; init; }

    /// <summary>
    /// Whether a backup counts as trusted that is neither encrypted nor one that this platform made: its apps get their commands, and files their
    /// set-user-id bits. Without, apps come without commands.
    /// </summary>
    public bool AllowCommand { get; init; }

    /// <summary>Whether a backup that is not trusted may fill folders of the system, such as /etc, and hidden folders.</summary>
    public bool AllowSystemFolder { get; init; }

    /// <summary>Whether a platform that has apps is replaced, and an interrupted restore of another backup given up.</summary>
    public bool ReplacePlatform { get; init; }

    /// <summary>Whether folders that have content are filled; the content is kept beside them.</summary>
    public bool SetContentAside { get; init; }

    /// <summary>How many apps are restored at a time; from 1 to 64.</summary>
    public int Throttle { get; init; } = DefaultThrottle;
}
