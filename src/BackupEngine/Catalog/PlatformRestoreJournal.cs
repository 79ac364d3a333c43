using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudBackup.Catalog;

/// <summary>How far a restore of the platform has come.</summary>
internal enum PlatformRestorePhase
{
    /// <summary>Extra directories and secrets come to their places; the catalog is still the one from before.</summary>
    Platform,

    /// <summary>The catalog is the restored one; the apps' data comes.</summary>
    Apps,
}

/// <summary>A restore of the platform that has begun and not ended.</summary>
internal sealed record PlatformRestoreEntry
{
    /// <summary>The platform backup.</summary>
    public required string BackupId { get; init; }

    /// <summary>The site, as the restored catalog names it.</summary>
    public required string Site { get; init; }

    /// <summary>How far it has come.</summary>
    public required PlatformRestorePhase Phase { get; init; }

    /// <summary>The extra directories that were begun with: what is in them is ours, and need not be asked about.</summary>
    public IReadOnlyList<SwappedDirectory> ExtraDirectories { get; init; } = [];

    /// <summary>Folders whose content was to be kept when the data of an app came.</summary>
    public IReadOnlyList<KeptFolder> Kept { get; init; } = [];

    /// <summary>Secrets of the platform that is replaced, which go when its catalog is gone.</summary>
    public IReadOnlyList<string> StaleSecrets { get; init; } = [];
}

/// <summary>A folder whose content changes place.</summary>
/// <param name="Name">The folder, as it was named.</param>
/// <param name="Path">The same, without links on the way.</param>
/// <param name="IsWholeFolder">Whether it changes place as one folder.</param>
/// <param name="KeptPath">Where its old content is kept; null when it had none.</param>
/// <param name="Staging">The restore's folder; null in entries of versions that did not note it.</param>
/// <param name="IsSwapping">Whether old and new content may be changing places, so that the old may be in the restore's folder.</param>
internal sealed record SwappedDirectory(
    string Name, string Path, bool IsWholeFolder, string? KeptPath = null, StagingRecord? Staging = null, bool IsSwapping = false);

/// <summary>The restore of this platform that is under way; at most one. It is written before the step that it tells of.</summary>
internal sealed class PlatformRestoreJournal(PlatformDatabase database)
{
    /// <summary>The table, which a restored catalog does not replace.</summary>
    public const string Table = "platform_restore";

    /// <summary>The restore that has not ended; null when there is none.</summary>
    public PlatformRestoreEntry? Find() => database.Query(
        "SELECT document FROM platform_restore",
        row => CatalogRow.TryRead(
            database,
            row,
            0,
            PlatformRestoreJson.Default.PlatformRestoreEntry,
            "the journal of a restore of the platform",
            "Run Restore-Platform again: it begins anew.",
            entry => Enum.IsDefined(entry.Phase) ? null : "its phase is unknown")).FirstOrDefault();

    /// <summary>Writes how far it has come.</summary>
    public void Save(PlatformRestoreEntry entry) => database.Execute(
        "INSERT INTO platform_restore (number, document) VALUES (1, $document) ON CONFLICT (number) DO UPDATE SET document = excluded.document",
        ("$document", JsonSerializer.Serialize(entry, PlatformRestoreJson.Default.PlatformRestoreEntry)));

    /// <summary>Changes what is written of the restore that is under way.</summary>
    public void Change(Func<PlatformRestoreEntry, PlatformRestoreEntry> change) => database.InTransaction(() =>
    {
        if (Find() is { } entry)
        {
            Save(change(entry));
        }
        return true;
    });

    /// <summary>The restore has ended.</summary>
    public void Remove() => database.Execute("DELETE FROM platform_restore");
}

/// <summary>How the entry is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PlatformRestoreEntry))]
internal sealed partial class PlatformRestoreJson : JsonSerializerContext;
