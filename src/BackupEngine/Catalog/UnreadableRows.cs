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
    /// <param name="what">What it is a row of.</param>
    /// <param name="why">What is wrong with it.</param>
    /// <param name="wayOut">How it is replaced or removed.</param>
    public void Note(string what, string why, string wayOut) =>
        _rows.TryAdd(OutsideText.Clean($"The catalog cannot read {what}, and passes over it: {why.TrimEnd('.')}. {wayOut}", LongestShown), false);

    /// <summary>The rows that were noted since the last call, as warnings.</summary>
    public IReadOnlyList<string> Take() => [.. _rows.Keys.Order(StringComparer.Ordinal).Where(row => _rows.TryUpdate(row, true, false))];
}
