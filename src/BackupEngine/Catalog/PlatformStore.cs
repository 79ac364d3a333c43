using System.Text.Json;
using System.Text.Json.Serialization;
using CloudBackup.Infrastructure;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Catalog;

/// <summary>What the catalog knows of the platform as a whole.</summary>
internal sealed record PlatformDocument
{
    /// <summary>Identifies the platform.</summary>
    public required Guid Id { get; init; }

    /// <summary>Folders that belong to it, besides its home.</summary>
    public IReadOnlyList<string> ExtraDirectories { get; init; } = [];
}

/// <summary>The platform in the catalog: one row, made when it is first asked for.</summary>
internal sealed class PlatformStore(PlatformDatabase database, IRandomSource random)
{
    /// <summary>What is known.</summary>
    public PlatformDocument Get() => database.InTransaction(() =>
    {
        if (Find() is { } known)
        {
            return known;
        }
        var made = new PlatformDocument { Id = random.NextGuid() };
        Save(made);
        return made;
    });

    /// <summary>Replaces what is known.</summary>
    public void Save(PlatformDocument document) => database.Execute(
        "INSERT INTO platform (number, document) VALUES (1, $document) ON CONFLICT (number) DO UPDATE SET document = excluded.document",
        ("$document", JsonSerializer.Serialize(document, PlatformJson.Default.PlatformDocument)));

    private PlatformDocument? Find() => database.Query("SELECT document FROM platform", Read).FirstOrDefault();

    /// <summary>The id must not get lost: storages name snapshots after it.</summary>
    private PlatformDocument Read(SqliteDataReader row) => CatalogRow.TryRead(
        database,
        row,
        0,
        PlatformJson.Default.PlatformDocument,
        "the extra directories of the platform",
        "Set-Platform -ExtraDirectory writes them again.",
        document => document.ExtraDirectories.All(Path.IsPathFullyQualified) ? null : "one is not an absolute path")
        ?? new PlatformDocument { Id = TryReadId(CatalogRow.Text(row, 0)) ?? throw BackupErrors.PlatformRecordUnreadable() };

    private static Guid? TryReadId(string document)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            return json.RootElement.GetProperty("id").GetGuid();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}

/// <summary>How the platform is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PlatformDocument))]
internal sealed partial class PlatformJson : JsonSerializerContext;
