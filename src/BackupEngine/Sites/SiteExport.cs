using System.Text.Json;
using System.Text.Json.Serialization;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Platform;

namespace CloudBackup.Sites;

/// <summary>
/// A site's settings in a file, to reach its backups from another platform: everything but secrets, and perhaps which backup is meant.
/// </summary>
internal sealed record SiteExport
{
    /// <summary>The version of this file that is written now.</summary>
    public const int CurrentVersion = 1;

    private const int LongestFile = 16 * 1024 * 1024;

    /// <summary>The version of this file.</summary>
    [JsonPropertyName("cloudbackupSite")]
    public int ExportVersion { get; init; } = CurrentVersion;

    /// <summary>The site.</summary>
    public required BackupSite Site { get; init; }

    /// <summary>Whether the backup that is meant, or else the site, is encrypted: then a password is needed.</summary>
    public bool Encrypted { get; init; }

    /// <summary>The backup that is meant; null when none is.</summary>
    public string? BackupId { get; init; }

    /// <summary>Its path below the site's prefix, without extension.</summary>
    public string? RemotePath { get; init; }

    /// <summary>Its version: of the app's package, or of the CloudBackup that must restore it.</summary>
    public string? Version { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="BackupException">It cannot be read, or is no such file.</exception>
    public static SiteExport Read(string path)
    {
        try
        {
            var export = OutsideJson.Read(RegularFile.ReadAll(path, LongestFile), SiteExportJson.Default.SiteExport);
            return export.ExportVersion is >= 1 and <= CurrentVersion
                ? export.Checked()
                : throw new JsonException($"The file has version {export.ExportVersion}; this CloudBackup reads up to {CurrentVersion}.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or BackupException)
        {
            throw BackupErrors.ConfigFileUnusable(path, failure);
        }
    }

    private SiteExport Checked()
    {
        if (BackupId is not null && !RecordRules.IsId(BackupId))
        {
            throw new JsonException("The id of the backup is not valid.");
        }
        if (RemotePath is not null && !BackupNames.IsRemotePath(RemotePath))
        {
            throw new JsonException("The path of the backup is not valid.");
        }
        _ = Site.Retention?.CheckRules();
        return this with { Site = SiteRules.Check(Site) };
    }

    /// <summary>Writes a file, in one step.</summary>
    /// <exception cref="BackupException">It cannot be written.</exception>
    public void Write(string path, bool mayReplace, TimeProvider time)
    {
        try
        {
            OwnedFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, SiteExportJson.Default.SiteExport), mayReplace, time);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw BackupErrors.ConfigFileUnwritable(path, failure);
        }
    }
}

/// <summary>How the file is written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SiteExport))]
internal sealed partial class SiteExportJson : JsonSerializerContext;
