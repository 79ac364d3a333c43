namespace CloudBackup;

/// <summary>One backup of one app. Its version is that of the app's package.</summary>
public sealed record AppBackup : SiteBackup
{
    /// <summary>The app that was backed up.</summary>
    public required Guid AppId { get; init; }

    /// <summary>The app's location when it was backed up.</summary>
    public required string Location { get; init; }

    /// <summary>The app's package when it was backed up.</summary>
    public string PackageName { get; init; } = "";
}
