using System.Text.Json;
using System.Text.Json.Serialization;
using CloudBackup.Infrastructure;

namespace CloudBackup.Layout;

/// <summary>
/// <c>config.json</c>, the first entry of every app backup: what is needed to bring the app up elsewhere. It never holds a secret.
/// </summary>
internal sealed record AppConfig
{
    /// <summary>The path inside a backup.</summary>
    public const string Path = "config.json";

    /// <summary>Where the app's data is inside a backup.</summary>
    public const string DataPath = "data";

    private const int CurrentVersion = 1;
    private const int LongestPackageName = 64 * 1024;

    /// <summary>The version of this file.</summary>
    [JsonPropertyName("cloudbackupConfig")]
    public int ConfigVersion { get; init; } = CurrentVersion;

    /// <summary>The app.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its location.</summary>
    public required string Location { get; init; }

    /// <summary>Its package.</summary>
    public string PackageName { get; init; } = "";

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>Where its data was.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>What was left out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Its data stores.</summary>
    public IReadOnlyList<BackupAddon> Addons { get; init; } = [];

    /// <summary>
    /// Those of <see cref="Addons"/> that a <see cref="BackupState.Partial"/> backup has no dump of; null when it has all of them.
    /// </summary>
    public IReadOnlyList<BackupAddon>? Undumped { get; init; }

    /// <summary>The addons that the backup has dumps of.</summary>
    [JsonIgnore]
    public IEnumerable<BackupAddon> DumpedAddons => (Addons ?? []).Where(addon => Undumped?.Contains(addon) != true);

    /// <summary>Its commands.</summary>
    public AppCommands Commands { get; init; } = new();

    /// <summary>Whether scheduled runs back it up.</summary>
    public bool AutomaticBackup { get; init; } = true;

    /// <summary>The configuration of an app.</summary>
    public static AppConfig Of(BackupApp app) => new()
    {
        Id = app.Id,
        Location = app.Location,
        PackageName = app.PackageName,
        Version = app.Version,
        DataDirectory = app.DataDirectory,
        Exclude = app.Exclude,
        Addons = app.Addons,
        Commands = app.Commands,
        AutomaticBackup = app.AutomaticBackup,
    };

    /// <summary>The file's content.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, AppConfigJson.Default.AppConfig);

    /// <summary>Reads the file's content.</summary>
    /// <exception cref="JsonException">It is malformed, or has an addon of an unknown kind.</exception>
    public static AppConfig FromBytes(ReadOnlySpan<byte> bytes)
    {
        var config = OutsideJson.Read(bytes, AppConfigJson.Default.AppConfig);
        if (config.Addons.Any(addon => !Enum.IsDefined(addon.Type)))
        {
            throw new JsonException("An addon is of an unknown kind.");
        }
        return config.ConfigVersion is >= 1 and <= CurrentVersion
            ? config with { PackageName = OutsideText.Clean(config.PackageName, LongestPackageName) }
            : throw new JsonException($"The configuration has version {config.ConfigVersion}; this CloudBackup reads up to {CurrentVersion}.");
    }
}

/// <summary>How the configuration is written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AppConfig))]
internal sealed partial class AppConfigJson : JsonSerializerContext;
