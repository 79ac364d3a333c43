using System.Text.Json;
using CloudBackup.Encryption;
using CloudBackup.Infrastructure;
using CloudBackup.Retention;

namespace CloudBackup.Layout;

/// <summary>
/// What a stored record must say to be believed. Anyone who can write to the storage can write a record, so every field is checked before the
/// first use: a value that is impossible here would fail later, in the catalog, where it stops much more than one backup.
/// </summary>
internal static class BackupInfoRules
{
    private const int MostNamed = 100_000;
    private const int MostMissing = 1000;
    private const int LongestText = 64 * 1024;
    private const long MostBytes = 1L << 60;
    private const double LongestRun = 10L * 365 * 24 * 3600;

    /// <summary>The record, with what is only told of the backup brought into bounds.</summary>
    /// <exception cref="JsonException">The record is not valid.</exception>
    public static BackupInfo Check(BackupInfo info)
    {
        if (info.InfoVersion is < 1 or > BackupInfo.CurrentVersion)
        {
            throw new JsonException($"The record has version {info.InfoVersion}; this CloudBackup reads up to {BackupInfo.CurrentVersion}.");
        }
        if (FindFault(info) is { } fault)
        {
            throw new JsonException($"The record is not valid: {fault}.");
        }
        return info with
        {
            Created = info.Created.ToUniversalTime(),
            MadeAfter = info.MadeAfter?.ToUniversalTime(),
            MadeAfterAlso = info.MadeAfterAlso?.Take(NewestBackup.MostAlso).Select(time => time.ToUniversalTime()).ToList(),
            PackageName = OutsideText.Clean(info.PackageName, LongestText),
            Label = OutsideText.Clean(info.Label, LongestText),
            Generator = OutsideText.Clean(info.Generator, LongestText)!,
            Missing = [.. info.Missing.Take(MostMissing).Select(item => new MissingItem(Shown(item.Path), Shown(item.Reason)))],
            Apps = info.Apps?.Select(app => app with { Error = OutsideText.Clean(app.Error, LongestText) }).ToList(),
        };
    }

    private static string Shown(string text) => OutsideText.Clean(text, LongestText);

    private static string? FindFault(BackupInfo info) =>
        FindFaultOfKind(info) ?? FindFaultOfCounts(info) ?? FindFaultOfContent(info) ?? RecordRules.FindFault(info.Identity(""));

    private static string? FindFaultOfKind(BackupInfo info)
    {
        if (!Enum.IsDefined(info.Type) || (info.Type == BackupType.Box ? info.PlatformId is null : info.AppId is null || info.Location is null))
        {
            return "it does not say what it is a backup of";
        }
        if (!Enum.IsDefined(info.Format))
        {
            return "its format is unknown";
        }
        if (info.DependsOn?.Count > MostNamed || info.Apps?.Count > MostNamed)
        {
            return "it names too many backups";
        }
        return info.State is BackupState.Ready or BackupState.Partial ? null : "its state is not the one of a stored backup";
    }

    private static string? FindFaultOfCounts(BackupInfo info)
    {
        if (info.DurationSeconds is not (>= 0 and <= LongestRun))
        {
            return "its duration is impossible";
        }
        long[] counts =
        [
            info.SourceSize, info.AllocatedSize, info.FileCount, info.Skipped, info.Changed, info.Index.Size, info.Index.MembersOffset,
            info.Archive?.Size ?? 0, info.Archive?.Members ?? 0, info.Objects?.Count ?? 0, info.Objects?.Size ?? 0,
        ];
        return Array.Exists(counts, count => count is < 0 or > MostBytes) ? "a size or count is impossible" : null;
    }

    private static string? FindFaultOfContent(BackupInfo info)
    {
        if (!RecordRules.IsHash(info.Index.Sha256) || (info.Index.Mac is { } mac && !RecordRules.IsHash(mac)))
        {
            return "the hash of its index is not valid";
        }
        if (info.Index.MembersOffset > info.Index.Size)
        {
            return "its index is shorter than it says";
        }
        if (info.Encryption is { } encryption && (encryption.Version != Cbv2.Version || !RecordRules.IsKeyId(encryption.KeyId)))
        {
            return "its encryption is unknown";
        }
        return info.Missing.Any(item => item.Path.Length > LongestText || item.Reason.Length > LongestText)
            ? "what it says to be missing is not valid"
            : null;
    }
}
