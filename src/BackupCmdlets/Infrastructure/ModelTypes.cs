namespace CloudBackup.Infrastructure;

/// <summary>The types that cmdlets write, for the module's script, which tells PowerShell how they travel.</summary>
public static class ModelTypes
{
    /// <summary>Types of objects that are made live again by <see cref="ModelConverter"/>.</summary>
    public static IReadOnlyList<Type> Objects { get; } =
    [
        typeof(AppBackup), typeof(PlatformBackup), typeof(BackupApp), typeof(BackupSite), typeof(BackupItem), typeof(BackupTestResult),
        typeof(SiteTestResult), typeof(RetentionDecision), typeof(BackupPlatform), typeof(BackupAddon), typeof(PlatformRestoreResult),
    ];

    /// <summary>Types that travel as their words.</summary>
    public static IReadOnlyList<Type> Words { get; } =
    [
        .. typeof(BackupSite).Assembly.GetExportedTypes().Where(type => type.IsEnum && type.Namespace == nameof(CloudBackup)),
    ];
}
