namespace CloudBackup;

/// <summary>Failures with retention policies and cleanup.</summary>
internal static partial class BackupErrors
{
    public static BackupException RetentionInvalid(string text, string reason, IEnumerable<string> examples) => new(
        nameof(RetentionInvalid),
        BackupErrorCategory.InvalidInput,
        $"'{text}' is not a retention policy: {reason}. Examples: {string.Join("; ", examples)}; within 30 days; "
        + "@{ KeepDaily = 7; KeepWeekly = 4; TimeZone = 'Europe/Vienna' }.",
        text);

    public static BackupException RetentionEmpty() => new(
        nameof(RetentionEmpty),
        BackupErrorCategory.InvalidInput,
        "A retention policy that keeps nothing is refused. Say what to keep, such as '7 daily, 4 weekly', or 'forever' to keep everything.");

    public static BackupException RetentionZoneUnknown(string site, string zone) => new(
        nameof(RetentionZoneUnknown),
        BackupErrorCategory.InvalidState,
        $"The retention policy of the site '{site}' uses the time zone {zone}, which this machine does not know. Nothing was removed: "
        + "install tzdata, or give the policy another zone with Set-BackupSite -Retention.",
        site);

    public static BackupException SiteBusy(string name, string owner) => new(
        nameof(SiteBusy),
        BackupErrorCategory.Busy,
        $"The site '{name}' is in use: {owner}. Try again when that is done.",
        name);

    public static BackupException StorageLooksEmpty(string name, int known) => new(
        nameof(StorageLooksEmpty),
        BackupErrorCategory.InvalidState,
        $"The site '{name}' holds none of the {known} backups that the catalog knows. Nothing was changed: check that the right disk is mounted "
        + "and that path, bucket and prefix are right. If the backups are really gone, Remove-AppBackup drops their records.",
        name);

    public static BackupException TooManyRemovals(string name, int planned, int allowed) => new(
        nameof(TooManyRemovals),
        BackupErrorCategory.InvalidState,
        $"The cleanup of the site '{name}' would remove {planned} backups, and -MaxRemove allows {allowed}. Nothing was changed: look at the plan "
        + "with -WhatIf, then allow more or change the site's retention policy.",
        name);

    public static BackupException ClockDoubtful(string name, DateTimeOffset trusted, DateTimeOffset now, int doubtful) => new(
        nameof(ClockDoubtful),
        BackupErrorCategory.InvalidState,
        $"The clock says {now:u}, and there is no trace of backups or cleanups of the site '{name}' for more than a month before that. {doubtful} "
        + $"backups would go that would stay on {trusted:u}. Nothing was changed: if the clock is right, repeat with -IgnoreClockJump.",
        name);

    public static BackupException CleanupFailed(string what, BackupException failure) => new(
        nameof(CleanupFailed),
        failure.Category,
        $"{char.ToUpperInvariant(what[0])}{what[1..]} could not be removed; the next cleanup tries again. {failure.Message}",
        what,
        failure.InnerException);
}
