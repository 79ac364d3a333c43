using System.Text.Json;
using System.Text.Json.Serialization;
using CloudBackup.Infrastructure;

namespace CloudBackup.Layout;

/// <summary>
/// <c>platform.json</c>, the first entry of every platform backup: what must be known before the rest of it is touched. It never holds a
/// secret.
/// </summary>
internal sealed record PlatformConfig
{
    /// <summary>The path inside a backup.</summary>
    public const string Path = "platform.json";

    private const int CurrentVersion = 1;

    /// <summary>The path of the catalog's copy inside a backup.</summary>
    public const string DatabasePath = "platform.db";

    /// <summary>The folder of keys and credentials inside a backup; only in an encrypted one.</summary>
    public const string SecretsPath = "secrets";

    /// <summary>The version of this file.</summary>
    [JsonPropertyName("cloudbackupPlatform")]
    public int ConfigVersion { get; init; } = CurrentVersion;

    /// <summary>The platform.</summary>
    public required Guid Id { get; init; }

    /// <summary>The version of the CloudBackup that made the backup.</summary>
    public required string Version { get; init; }

    /// <summary>The version of the catalog's schema.</summary>
    public required int Schema { get; init; }

    /// <summary>Where the home folder was.</summary>
    public string PlatformHome { get; init; } = "";

    /// <summary>Whether the backup holds keys and credentials.</summary>
    public bool HasSecrets { get; init; }

    /// <summary>The extra directories that the backup holds.</summary>
    public IReadOnlyList<ExtraDirectory> ExtraDirectories { get; init; } = [];

    /// <summary>The file's content.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, PlatformConfigJson.Default.PlatformConfig);

    /// <summary>Reads the file's content.</summary>
    /// <exception cref="JsonException">It is malformed.</exception>
    public static PlatformConfig FromBytes(ReadOnlySpan<byte> bytes)
    {
        var config = OutsideJson.Read(bytes, PlatformConfigJson.Default.PlatformConfig);
        if (!AppNames.IsVersion(config.Version) || config.Schema < 1
            || config.ExtraDirectories.Any(extra => extra.Name.Length == 0 || !System.IO.Path.IsPathFullyQualified(extra.Path)))
        {
            throw new JsonException("A value is not valid.");
        }
        return config.ConfigVersion is >= 1 and <= CurrentVersion
            ? config
            : throw new JsonException($"The file has version {config.ConfigVersion}; this CloudBackup reads up to {CurrentVersion}.");
    }
}

/// <summary>A folder of the platform besides its home.</summary>
/// <param name="Name">Its path inside the backup.</param>
/// <param name="Path">Its path on the machine.</param>
internal sealed record ExtraDirectory(string Name, string Path);

/// <summary>How the file is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PlatformConfig))]
internal sealed partial class PlatformConfigJson : JsonSerializerContext;
