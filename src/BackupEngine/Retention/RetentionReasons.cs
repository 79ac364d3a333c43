using System.Globalization;

namespace CloudBackup.Retention;

/// <summary>The words for why a backup stays or goes. Scripts may look for them: they are never reworded once shipped.</summary>
internal static class RetentionReasons
{
    /// <summary>Goes: its run failed.</summary>
    public const string Failed = "failed";

    /// <summary>Stays: its run is under way.</summary>
    public const string Creating = "creating";

    /// <summary>Goes: its run died.</summary>
    public const string CreatingTooLong = "creating-too-long";

    /// <summary>Goes: its removal began already.</summary>
    public const string Removing = "removing";

    /// <summary>Stays: another platform made it.</summary>
    public const string Foreign = "foreign";

    /// <summary>Stays: its time stamp lies in the future, so its age is unknown.</summary>
    public const string Future = "future";

    /// <summary>Stays: the newest one of a registered app or of the platform, which no other rule keeps.</summary>
    public const string Latest = "latest";

    /// <summary>Stays: the storage does not show a part of it, and the policy would keep it if it were whole.</summary>
    public const string Incomplete = "incomplete";

    /// <summary>Stays: it is on another disk, or in another bucket, than the site is now.</summary>
    public const string Elsewhere = "elsewhere";

    /// <summary>Goes: no rule of the policy keeps it.</summary>
    public const string OutsidePolicy = "outside-policy";

    /// <summary>Its record goes: the storage shows nothing of it.</summary>
    public const string Gone = "gone";

    /// <summary>Stays: kept platform backups stand on it.</summary>
    public static string ReferencedBy(IEnumerable<string> ids) => $"referenced by {string.Join(", ", ids)}";

    /// <summary>Stays: it is preserved.</summary>
    public static string Preserved(DateTimeOffset until) => until == DateTimeOffset.MaxValue
        ? "preserved"
        : $"preserved until {until.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}Z";
}
