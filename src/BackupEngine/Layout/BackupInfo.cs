using System.Text.Json.Serialization;
using CloudBackup.Encryption;

namespace CloudBackup.Layout;

/// <summary>
/// The commit record stored beside a backup, written last: without it the backup does not exist. It holds all that is needed to list,
/// read and check the backup, so nothing is ever inferred from a site's present settings.
/// </summary>
internal sealed partial record BackupInfo
{
    /// <summary>The version of this record that is written now.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The version of this record.</summary>
    [JsonPropertyName("cloudbackupInfo")]
    public int InfoVersion { get; init; } = CurrentVersion;

    /// <summary>The backup's id.</summary>
    public required string Id { get; init; }

    /// <summary>What was backed up.</summary>
    public BackupType Type { get; init; }

    /// <summary>The app; null for the platform's backup.</summary>
    public Guid? AppId { get; init; }

    /// <summary>The app's location; null for the platform's backup.</summary>
    public string? Location { get; init; }

    /// <summary>The app's package; null for the platform's backup.</summary>
    public string? PackageName { get; init; }

    /// <summary>The platform; null for an app's backup.</summary>
    public Guid? PlatformId { get; init; }

    /// <summary>The app backups that the platform's backup depends on; null for an app's backup.</summary>
    public IReadOnlyList<string>? DependsOn { get; init; }

    /// <summary>What the platform's backup did for each app; null for an app's backup.</summary>
    public IReadOnlyList<PlatformBackupApp>? Apps { get; init; }

    /// <summary>The version of the app's package, or of the CloudBackup that made the platform's backup.</summary>
    public required string Version { get; init; }

    /// <summary>The path below the prefix, without extension: a record copied elsewhere does not pass for another backup.</summary>
    public required string RemotePath { get; init; }

    /// <summary>The format.</summary>
    public BackupFormat Format { get; init; }

    /// <summary>Ready or Partial.</summary>
    public BackupState State { get; init; }

    /// <summary>When the run started.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>A moment after an earlier backup whose time stamp is later, because a clock was wrong; null when there is none.</summary>
    public DateTimeOffset? MadeAfter { get; init; }

    /// <summary>The same for backups before that one, which count where that one's time is wrong; null when there are none.</summary>
    public IReadOnlyList<DateTimeOffset>? MadeAfterAlso { get; init; }

    /// <summary>How long it took up to here, in seconds.</summary>
    public double DurationSeconds { get; init; }

    /// <summary>Bytes of content.</summary>
    public long SourceSize { get; init; }

    /// <summary>Bytes that the content took on the source's disk: less than <see cref="SourceSize"/> where files have holes.</summary>
    public long AllocatedSize { get; init; }

    /// <summary>Entries.</summary>
    public long FileCount { get; init; }

    /// <summary>Items passed over.</summary>
    public long Skipped { get; init; }

    /// <summary>Files that were written to while they were read.</summary>
    public long Changed { get; init; }

    /// <summary>What could not be read (the first thousand).</summary>
    public IReadOnlyList<MissingItem> Missing { get; init; } = [];

    /// <summary>The label given when the backup was made.</summary>
    public string? Label { get; init; }

    /// <summary>Preserved until then, as given when the backup was made.</summary>
    public DateTimeOffset? PreserveUntil { get; init; }

    /// <summary>The archive; null for formats without one.</summary>
    public ArchiveFacts? Archive { get; init; }

    /// <summary>The objects of a format that has one for each file; null for formats with an archive.</summary>
    public ObjectFacts? Objects { get; init; }

    /// <summary>The index.</summary>
    public required IndexFacts Index { get; init; }

    /// <summary>How it is encrypted; null when it is not.</summary>
    public EncryptionFacts? Encryption { get; init; }

    /// <summary>What made it.</summary>
    public string Generator { get; init; } = "";

    /// <summary>Where its objects are.</summary>
    [JsonIgnore]
    public BackupPaths Paths => new(RemotePath, Encryption is not null);
}

/// <summary>What a backup is a backup of.</summary>
internal enum BackupType
{
    /// <summary>An app.</summary>
    App,

    /// <summary>The platform itself.</summary>
    Box,
}

/// <summary>A stored archive.</summary>
/// <param name="Size">Bytes, as stored.</param>
/// <param name="Members">gzip members, the closing one included.</param>
internal sealed record ArchiveFacts(long Size, int Members);

/// <summary>Stored objects of files.</summary>
/// <param name="Count">How many.</param>
/// <param name="Size">Their bytes in all, as stored.</param>
internal sealed record ObjectFacts(long Count, long Size);

/// <summary>A stored index.</summary>
/// <param name="Size">Stored bytes.</param>
/// <param name="Sha256">Their hash, in hexadecimal.</param>
/// <param name="MembersOffset">Where, in the decrypted index, the gzip member with the lengths of the archive's members begins; 0 without an archive.</param>
/// <param name="Mac">Authenticates it, when it is encrypted: see <see cref="BackupCipher.IndexMac"/>.</param>
internal sealed record IndexFacts(long Size, string Sha256, long MembersOffset, string? Mac = null);

/// <summary>How a backup is encrypted.</summary>
/// <param name="Version">The version of the file format: 2 for CBV2.</param>
/// <param name="KeyId">Which keys it needs; see <see cref="BackupKeys.Id"/>.</param>
/// <param name="Names">Whether the names of its files are encrypted (formats with an object for each file).</param>
internal sealed record EncryptionFacts(int Version, string KeyId, bool Names);

/// <summary>How the record is written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BackupInfo))]
internal sealed partial class BackupInfoJson : JsonSerializerContext;
