using System.Text.Json.Serialization;

namespace CloudBackup;

/// <summary>How model objects are written as JSON: camel case, enums as words, unset values left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BackupSite))]
[JsonSerializable(typeof(StorageCredential))]
[JsonSerializable(typeof(BackupApp))]
[JsonSerializable(typeof(AppBackup))]
[JsonSerializable(typeof(PlatformBackup))]
internal sealed partial class ModelJson : JsonSerializerContext;
