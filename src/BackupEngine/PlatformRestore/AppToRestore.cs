using CloudBackup.Catalog;
using CloudBackup.Layout;

namespace CloudBackup.PlatformRestore;

/// <summary>An app of a platform backup, and the backup that its data comes from.</summary>
/// <param name="App">The app, as the backup's catalog has it.</param>
/// <param name="BackupId">The backup that the platform backup depends on; null when it has none for the app.</param>
/// <param name="Record">Its record in that catalog; null when that does not know it.</param>
/// <param name="Info">What the storage says of it; null when it is gone or cannot be read.</param>
/// <param name="Failure">Why it cannot be restored; null when it can.</param>
internal sealed record AppToRestore(BackupApp App, string? BackupId, BackupRecord? Record, BackupInfo? Info, BackupException? Failure)
{
    /// <summary>Whether its data can be restored.</summary>
    public bool IsRestorable => Info is not null && Failure is null;

    /// <summary>The version that it is restored to.</summary>
    public string Version => Info?.Version ?? App.Version;
}
