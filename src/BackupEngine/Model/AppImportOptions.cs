namespace CloudBackup;

/// <summary>
/// What is imported and where to. One of <see cref="Path"/>, <see cref="ConfigFile"/> and <see cref="Site"/> says where it comes from; without
/// any, the default site.
/// </summary>
public sealed record AppImportOptions
{
    /// <summary>The app; null for the location that the backup was made at.</summary>
    public string? Location { get; init; }

    /// <summary>A file or folder on this machine.</summary>
    public string? Path { get; init; }

    /// <summary>With <see cref="Path"/>: the code page, by number or name, of names in a zip that are not UTF-8; null to keep their bytes.</summary>
    public string? ZipEncoding { get; init; }

    /// <summary>A file with a site's settings, made by Export-BackupSite on another platform.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>A site of this platform.</summary>
    public string? Site { get; init; }

    /// <summary>Where the storage of a file system site is on this machine; null when it is where it was.</summary>
    public string? StoragePath { get; init; }

    /// <summary>The backup's path below the site's prefix, without extension; null for the one that the file names.</summary>
    public string? RemotePath { get; init; }

    /// <summary>Password and credential.</summary>
    public SiteSecrets Secrets { get; init; } = SiteSecrets.None;

    /// <summary>Whether the backup is brought up as an app that is not registered yet; else it goes into a registered one.</summary>
    public bool Register { get; init; }

    /// <summary>With <see cref="Register"/>: the app's data directory, missing or empty.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Whether the present state of a registered app is replaced without a backup of it.</summary>
    public bool SkipSafetyBackup { get; init; }

    /// <summary>Whether the app's commands are told to leave DNS alone (<c>CLOUDBACKUP_SKIP_DNS=1</c>).</summary>
    public bool SkipDns { get; init; }

    /// <summary>
    /// Whether the app gets the commands of a backup that is not trusted. Without, it comes without commands, and a warning lists them.
    /// </summary>
    public bool AllowCommand { get; init; }
}
