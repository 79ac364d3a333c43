using System.Collections.Concurrent;

namespace CloudBackup.FileTree;

/// <summary>Collects which metadata the target file system or the process's rights did not take. Thread-safe.</summary>
internal sealed class MetadataLosses
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Counts one loss, by what was lost: <c>owner</c>, or the namespace of an attribute.</summary>
    public void Add(string what) => _counts.AddOrUpdate(what, 1, (_, count) => count + 1);

    /// <summary>One sentence for each thing that was lost.</summary>
    public IEnumerable<string> Describe() =>
        _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Value} entries could not get their {pair.Key} here (rights or file system).");
}
