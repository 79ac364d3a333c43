namespace CloudBackup.Retention;

/// <summary>Whose backups: one app's, or the platform's. Two equal owners are the same one.</summary>
/// <param name="AppId">The app; null for the platform.</param>
internal readonly record struct BackupOwner(Guid? AppId)
{
    /// <summary>The platform.</summary>
    public static BackupOwner Platform => default;

    /// <summary>The owner of a backup.</summary>
    public static BackupOwner Of(SiteBackup backup) => backup is AppBackup app ? new(app.AppId) : Platform;

    /// <summary>Where the owner's lock is named after it: the app's id, or <c>box</c>.</summary>
    public override string ToString() => AppId is { } id ? id.ToString("D") : "box";
}
