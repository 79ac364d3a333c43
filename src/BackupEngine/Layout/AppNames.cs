using System.Text.RegularExpressions;

namespace CloudBackup.Layout;

/// <summary>The locations and versions of apps: parts of the names of backups.</summary>
internal static partial class AppNames
{
    /// <summary>Whether a text is the location of an app.</summary>
    public static bool IsLocation(string? location) => location is not null && LocationPattern().IsMatch(location);

    /// <summary>Whether a text is a version.</summary>
    public static bool IsVersion(string? version) => version is not null && VersionPattern().IsMatch(version);

    [GeneratedRegex(@"^[A-Za-z0-9_]([A-Za-z0-9._-]{0,126}[A-Za-z0-9_])?\z")]
    private static partial Regex LocationPattern();

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9.+~-]{0,63})\z")]
    private static partial Regex VersionPattern();
}
