using CloudBackup.FileTree;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Source;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>
/// Where the items of a plan come from: a plan is a file, so it names trees and generated items by their numbers, and items are looked for
/// again when their turn comes. Items may be read on one thread while another asks for the origins of those it has.
/// </summary>
internal sealed class PlanOrigins : IDisposable
{
    private volatile Origin[] _origins = [];

    /// <summary>
    /// The items as records, ordered by their paths: the generated ones, of which there are few, take their places between those of the trees.
    /// </summary>
    /// <exception cref="InvalidOperationException">The items are in no order.</exception>
    public IEnumerable<PlanLine> Read(IEnumerable<SourceItem> items)
    {
        using var rest = items.GetEnumerator();
        var generated = new List<PlanLine>();
        var hasNext = rest.MoveNext();
        for (; hasNext && rest.Current.Tree is null; hasNext = rest.MoveNext())
        {
            generated.Add(Take(rest.Current));
        }
        generated.Sort((x, y) => PathOrder.Compare(x.Path, y.Path));
        var next = 0;
        var last = "";
        for (; hasNext; hasNext = rest.MoveNext())
        {
            var record = Take(rest.Current);
            for (; next < generated.Count && PathOrder.Compare(generated[next].Path, record.Path) < 0; next++)
            {
                yield return generated[next];
            }
            if (PathOrder.Compare(record.Path, last) <= 0)
            {
                throw new InvalidOperationException($"'{record.Path}' comes after '{last}'.");
            }
            last = record.Path;
            yield return record;
        }
        for (; next < generated.Count; next++)
        {
            yield return generated[next];
        }
    }

    /// <summary>Whether an item was made for the backup, rather than found in a tree.</summary>
    public bool IsGenerated(PlanLine record) => FindTree(record) is null;

    /// <summary>Whether owner, mode and time of an item are those of something that the app has: what was dumped, or found in a tree.</summary>
    public bool HasMetadata(PlanLine record) => OriginOf(record) is { Tree: not null } or { Generated: SpoolItem };

    /// <summary>The item that was made for the backup.</summary>
    public SourceItem Generated(PlanLine record) => OriginOf(record).Generated!;

    /// <summary>The tree that an item was found in; null for one that was made for the backup.</summary>
    public SourceTree? FindTree(PlanLine record) => OriginOf(record).Tree;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var origin in _origins)
        {
            origin.Generated?.Dispose();
            origin.Tree?.Root.Dispose();
        }
    }

    private PlanLine Take(SourceItem item)
    {
        var record = new PlanLine
        {
            Path = item.Path,
            Kind = item.Facts.Kind,
            Origin = NumberOf(item),
            Facts = item.Facts,
            MayHaveContent = item.MayHaveContent,
            LinkTarget = item.LinkTarget,
            Attributes = item.Facts.Kind is EntryKind.Directory or EntryKind.SymbolicLink ? item.Attributes : [],
        };
        if (item.Tree is not null)
        {
            item.Dispose();
        }
        return record;
    }

    private int NumberOf(SourceItem item)
    {
        if (item.Tree is not { } tree)
        {
            _origins = [.. _origins, new Origin(item, null)];
            return _origins.Length;
        }
        if (_origins.Length == 0 || _origins[^1].Tree != tree)
        {
            tree.Root.AddReference();
            _origins = [.. _origins, new Origin(null, tree)];
        }
        return _origins.Length;
    }

    private Origin OriginOf(PlanLine item) => _origins[item.Origin - 1];

    /// <summary>Where items come from: one that was made for the backup comes from itself, all others from a tree.</summary>
    private readonly record struct Origin(SourceItem? Generated, SourceTree? Tree);
}
