namespace CloudBackup;

/// <summary>Failures with retention policies and cleanup.</summary>
internal static partial class BackupErrors
{
    public static BackupException RetentionInvalid(string text, string reason) => new(
        nameof(RetentionInvalid),
        BackupErrorCategory.InvalidInput,
        $"'{text}' is no retention policy: {reason}. Examples: {string.Join("; ", RetentionPolicy.Presets)}; within 30 days; "
        + "@{ KeepDaily = 7; KeepWeekly = 4; TimeZone = 'Europe/Vienna' }.",
        text);

    public static BackupException RetentionEmpty() => new(
        nameof(RetentionEmpty),
        BackupErrorCategory.InvalidInput,
        "A retention policy that keeps nothing is refused. Say what to keep, such as '7 daily, 4 weekly', or 'forever' to keep everything.");
}
