using System.Text.RegularExpressions;
using CloudBackup.Encryption;

namespace CloudBackup.Layout;

/// <summary>
/// What the facts that identify a backup look like, wherever they come from: ids become names of files and rows, paths become objects that are
/// read and removed.
/// </summary>
internal static partial class RecordRules
{
    private const int LongestId = 320;

    /// <summary>Whether a text is the id of a backup.</summary>
    public static bool IsId(string? id) => id is { Length: <= LongestId } && IdPattern().IsMatch(id);

    /// <summary>Whether a text names keys.</summary>
    public static bool IsKeyId(string? keyId) => keyId is { Length: BackupKeys.IdLength } && keyId.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether a text is a SHA-256 or an HMAC of that length, as this program writes it.</summary>
    public static bool IsHash(string? hash) => hash is { Length: 64 } && hash.All(char.IsAsciiHexDigitLower);

    /// <summary>Why the facts of a record do not fit together; null when they do.</summary>
    /// <param name="backup">What the record says.</param>
    public static string? FindFault(SiteBackup backup)
    {
        var app = backup as AppBackup;
        if (!AppNames.IsVersion(backup.Version))
        {
            return "its version is not valid";
        }
        if (app is not null && !AppNames.IsLocation(app.Location))
        {
            return "its location is not valid";
        }
        var name = app is null ? BackupNames.BoxName(backup.Version) : BackupNames.AppName(app.Location, backup.Version);
        if (backup.RemotePath != $"{BackupNames.Tag(backup.Created)}/{name}")
        {
            return "its path does not fit its app, version and time";
        }
        if (!IsId(backup.Id) || backup.Id.Length != name.Length + IdSuffixLength || !backup.Id.StartsWith(name, StringComparison.Ordinal))
        {
            return "its id is not valid";
        }
        if (backup.KeyId is not null && !IsKeyId(backup.KeyId))
        {
            return "the id of its keys is not valid";
        }
        return backup is PlatformBackup platform ? FindFault(platform) : null;
    }

    private const int IdSuffixLength = 9;

    private static string? FindFault(PlatformBackup platform)
    {
        if (platform.DependsOn.Any(id => !IsId(id)))
        {
            return "it depends on a backup whose id is not valid";
        }
        if (platform.Apps.DistinctBy(app => app.AppId).Count() != platform.Apps.Count)
        {
            return "it names an app twice";
        }
        return platform.Apps.Any(app => !AppNames.IsLocation(app.Location) || !Enum.IsDefined(app.Outcome) || (app.BackupId is not null && !IsId(app.BackupId)))
            ? "what it says of an app is not valid"
            : null;
    }

    [GeneratedRegex(@"^(app|box)_[A-Za-z0-9._+~-]*_[0-9a-f]{8}\z")]
    private static partial Regex IdPattern();
}
