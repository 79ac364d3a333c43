using System.Collections.Concurrent;
using CloudBackup.Infrastructure;

namespace CloudBackup.Catalog;

/// <summary>
/// Rows of the catalog that were passed over because they cannot be read: one bad row must not keep the others from being used. Each is told
/// once.
/// </summary>
internal sealed class UnreadableRows
{
    private const int LongestShown = 1000;

    private readonly ConcurrentDictionary<string, bool> _rows = new(StringComparer.Ordinal);

    /// <summary>Notes a row.</summary>
    public void Note(UnreadableRow row) =>
        _rows.TryAdd(OutsideText.Clean($"The catalog cannot read {row.What}, and passes over it: {row.Why.TrimEnd('.')}. {row.WayOut}", LongestShown), false);

    /// <summary>Notes some rows, and returns them.</summary>
    public List<UnreadableRow> NoteAll(IEnumerable<UnreadableRow?> rows)
    {
        List<UnreadableRow> found = [.. rows.OfType<UnreadableRow>()];
        found.ForEach(Note);
        return found;
    }

    /// <summary>The rows that were noted since the last call, as warnings.</summary>
    public IReadOnlyList<string> Take() => [.. _rows.Keys.Order(StringComparer.Ordinal).Where(row => _rows.TryUpdate(row, true, false))];
}

/// <summary>A row of the catalog that cannot be read. What it stands for is there all the same.</summary>
/// <param name="What">What it is a row of.</param>
/// <param name="Why">What is wrong with it.</param>
/// <param name="WayOut">How it is replaced or removed.</param>
/// <param name="Name">The location of an app, the name of a site, or the id of a backup, as its column has it.</param>
internal sealed record UnreadableRow(string What, string Why, string WayOut, string Name)
{
    /// <summary>The id of an app; null when that cannot be read either.</summary>
    public Guid? AppId { get; init; }

    /// <summary>The refusal of an operation that depends on the row.</summary>
    public BackupException Refuse(string operation) => BackupErrors.CatalogRowUnreadable(operation, What, Why, WayOut, Name);

    /// <summary>Refuses an operation that would take a row that cannot be read for one that is missing.</summary>
    /// <param name="rows">The unreadable rows that the operation depends on.</param>
    /// <param name="operation">The operation, such as "cleanup".</param>
    /// <exception cref="BackupException">There is one.</exception>
    public static void RequireNone(IEnumerable<UnreadableRow> rows, string operation)
    {
        if (rows.FirstOrDefault() is { } row)
        {
            throw row.Refuse(operation);
        }
    }
}
