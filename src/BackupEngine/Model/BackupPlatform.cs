namespace CloudBackup;

/// <summary>One installation of CloudBackup: its home folder and all that it knows.</summary>
public sealed record BackupPlatform
{
    /// <summary>Identifies the platform for ever, also after it was restored on another machine.</summary>
    public required Guid Id { get; init; }

    /// <summary>The home folder.</summary>
    public required string PlatformHome { get; init; }

    /// <summary>The version of CloudBackup.</summary>
    public required string Version { get; init; }

    /// <summary>Folders beside the home that belong to the platform, such as mail and certificates: its backup holds them too.</summary>
    public IReadOnlyList<string> ExtraDirectory { get; init; } = [];

    /// <summary>The id.</summary>
    public override string ToString() => Id.ToString("D");
}
