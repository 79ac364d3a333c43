using CloudBackup.Formats.Rsync;
using CloudBackup.Formats.Tgz;

namespace CloudBackup.Formats;

/// <summary>All formats. The only list of them.</summary>
internal static class BackupFormats
{
    private static readonly IBackupFormat[] All = [new TgzFormat(), new RsyncFormat()];

    /// <summary>The format of a kind.</summary>
    /// <exception cref="BackupException">This version does not have it.</exception>
    public static IBackupFormat Get(BackupFormat kind) =>
        Array.Find(All, format => format.Kind == kind) ?? throw BackupErrors.FormatUnavailable($"{kind}");

    /// <summary>What has to be known of the format of a kind.</summary>
    /// <exception cref="BackupException">This version does not have it.</exception>
    public static FormatFacts FactsOf(BackupFormat kind) => Get(kind).Facts;
}
