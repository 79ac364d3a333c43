using System.Globalization;
using CloudBackup.Infrastructure;

namespace CloudBackup.Layout;

/// <summary>The names of a backup and of its objects.</summary>
internal static class BackupNames
{
    /// <summary>The form of a tag.</summary>
    public const string TagFormat = "yyyy-MM-dd-HHmmss-fff";

    /// <summary>The ending of a backup info.</summary>
    public const string InfoExtension = ".backupinfo";

    /// <summary>The ending of an index.</summary>
    public const string IndexExtension = ".index.gz";

    /// <summary>The ending of an archive.</summary>
    public const string ArchiveExtension = ".tar.gz";

    /// <summary>What the names of encrypted objects end in, behind everything else.</summary>
    public const string EncryptedExtension = ".enc";

    /// <summary>The folder of the working mirrors that backups of the format rsync are made from.</summary>
    public const string SnapshotFolder = "snapshot";

    /// <summary>The folder that has an object of each run that changes a snapshot.</summary>
    public static string RunningFolderOf(string snapshot) => $"{snapshot}.running";

    /// <summary>A name that no object has.</summary>
    public const string NoObject = ".none";

    private const string ProbeStart = "cloudbackup-probe-";
    private const int ProbeBytes = 8;
    private const string AppStart = "app_";
    private const string BoxStart = "box_";

    /// <summary>The folder of all backups of a run that started then.</summary>
    public static string Tag(DateTimeOffset start) => start.UtcDateTime.ToString(TagFormat, CultureInfo.InvariantCulture);

    /// <summary>Whether a folder's name is a tag.</summary>
    public static bool IsTag(string name) =>
        DateTime.TryParseExact(name, TagFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    /// <summary>A new folder for trying a storage.</summary>
    public static string Probe(IRandomSource random) => ProbeStart + random.NextHex(ProbeBytes);

    /// <summary>Whether a folder's name is one of those.</summary>
    public static bool IsProbe(string name) => name.Length == ProbeStart.Length + (2 * ProbeBytes)
        && name.StartsWith(ProbeStart, StringComparison.Ordinal) && name[ProbeStart.Length..].All(char.IsAsciiHexDigitLower);

    /// <summary>The name of an app's backup inside its tag folder, without extension.</summary>
    public static string AppName(string location, string version) => $"{AppStart}{location}_v{version}";

    /// <summary>Whether a name begins as that of an app's backup, with a location and a version.</summary>
    public static bool IsAppName(string name) => name.StartsWith(AppStart, StringComparison.OrdinalIgnoreCase)
        && name.LastIndexOf("_v", StringComparison.OrdinalIgnoreCase) is var end && end > AppStart.Length && AppNames.IsLocation(name[AppStart.Length..end])
        && name.Length > end + 2 && char.IsAsciiLetterOrDigit(name[end + 2]);

    /// <summary>The name of the platform's backup inside its tag folder, without extension.</summary>
    public static string BoxName(string version) => $"{BoxStart}v{version}";

    /// <summary>Whether a name inside a tag folder is that of a backup's object.</summary>
    public static bool IsBackup(string name) => name.StartsWith(AppStart, StringComparison.Ordinal) || IsBox(name);

    /// <summary>Whether a path below the prefix is one that a backup can have, without extension.</summary>
    public static bool IsRemotePath(string path) =>
        path.Split('/') is [var tag, var name] && IsTag(tag) && IsBackup(name) && !name.Any(char.IsControl);

    /// <summary>Whether a name inside a tag folder is that of an object of the platform's backup.</summary>
    public static bool IsBox(string name) => name.StartsWith(BoxStart, StringComparison.Ordinal);
}
