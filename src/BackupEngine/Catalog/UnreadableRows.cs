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
