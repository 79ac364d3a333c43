using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Catalog;

/// <summary>How far a restore in place has come.</summary>
internal enum RestorePhase
{
    /// <summary>The backup is being unpacked beside the data.</summary>
    Unpacking,

    /// <summary>New and old data are changing places, or the restored version is being installed.</summary>
    Swapping,

    /// <summary>The app is being started on the new data: it may be up, and its users writing.</summary>
    Starting,

    /// <summary>The new data is in place and accepted; the old is being removed.</summary>
    CleaningUp,
}

/// <summary>What a restore in place was about to do.</summary>
internal sealed record RestoreJournalEntry
{
    /// <summary>The app; of an entry that was set aside, a number of its own.</summary>
    public required Guid AppId { get; init; }

    /// <summary>
    /// The app whose restore it was, when only its folder is left, which could not be removed yet; null for one that is under way.
    /// </summary>
    public Guid? OwnerId { get; init; }

    /// <summary>The backup that is being restored.</summary>
    public required string BackupId { get; init; }

    /// <summary>The app's data directory.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Whether the data changes place as one folder (else entry by entry, inside the data directory).</summary>
    public required bool IsWholeFolder { get; init; }

    /// <summary>Where the old data is kept; null when it goes.</summary>
    public string? KeptPath { get; init; }

    /// <summary>The restore's folder; null in entries of versions that did not note it.</summary>
    public StagingRecord? Staging { get; init; }

    /// <summary>The version that the app is restored to.</summary>
    public required string Version { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>How far it has come.</summary>
    public required RestorePhase Phase { get; init; }
}

/// <summary>
/// Restores in place that have begun and not ended. An entry is written before the step that it tells of, so that after a crash the next
/// command knows what may have been done.
/// </summary>
internal sealed class RestoreJournal(PlatformDatabase database)
{
    /// <summary>All entries.</summary>
    public IReadOnlyList<RestoreJournalEntry> List() =>
    [
        .. database.Query("SELECT document, app_id FROM restore_journal ORDER BY app_id", Read).OfType<RestoreJournalEntry>(),
    ];

    /// <summary>The entry of an app; null when no restore of it is under way.</summary>
    public RestoreJournalEntry? Find(Guid appId) =>
        database.Query("SELECT document, app_id FROM restore_journal WHERE app_id = $id", Read, ("$id", AppStore.Key(appId))).FirstOrDefault();

    /// <summary>Writes the entry of an app.</summary>
    public void Save(RestoreJournalEntry entry) => database.Execute(
        "INSERT INTO restore_journal (app_id, document) VALUES ($id, $document) ON CONFLICT (app_id) DO UPDATE SET document = excluded.document",
        ("$id", AppStore.Key(entry.AppId)),
        ("$document", JsonSerializer.Serialize(entry, RestoreJournalJson.Default.RestoreJournalEntry)));

    /// <summary>The new data is accepted: the app's new state and the journal's are written together.</summary>
    public void Commit(RestoreJournalEntry entry, BackupApp app, AppStore apps) => database.InTransaction(() =>
    {
        Save(entry with { Phase = RestorePhase.CleaningUp });
        return apps.Update(app);
    });

    /// <summary>Makes room for another restore of the app, and keeps the entry: its folder is still to be removed.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="number">What it is kept under.</param>
    public void SetAside(RestoreJournalEntry entry, Guid number) => database.InTransaction(() =>
    {
        Remove(entry.AppId);
        Save(entry with { AppId = number, OwnerId = entry.AppId });
        return true;
    });

    /// <summary>The entries that were set aside.</summary>
    public IEnumerable<RestoreJournalEntry> ListSetAside() => List().Where(entry => entry.OwnerId is not null);

    /// <summary>Forgets all entries: they are of another machine.</summary>
    public void Clear() => database.Execute("DELETE FROM restore_journal");

    /// <summary>The restore of an app has ended.</summary>
    public void Remove(Guid appId) =>
        database.Execute("DELETE FROM restore_journal WHERE app_id = $id", ("$id", AppStore.Key(appId)));

    private RestoreJournalEntry? Read(SqliteDataReader row) => CatalogRow.TryRead(
        database,
        row,
        0,
        RestoreJournalJson.Default.RestoreJournalEntry,
        $"the journal of a restore of the app '{CatalogRow.Shown(row, 1)}'",
        "Look at the app's data and at the folders beside it; the next restore of the app writes the journal anew.",
        entry => entry.AppId.ToString("D") != CatalogRow.Text(row, 1) ? "its columns say something else than its document"
            : !Enum.IsDefined(entry.Phase) ? "its phase is unknown"
            : Path.IsPathFullyQualified(entry.DataDirectory) ? null : "its data directory is not an absolute path");
}

/// <summary>How the entry is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RestoreJournalEntry))]
internal sealed partial class RestoreJournalJson : JsonSerializerContext;
