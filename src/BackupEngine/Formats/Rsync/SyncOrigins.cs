using CloudBackup.FileTree;
using CloudBackup.Formats.Records;
using CloudBackup.Source;

namespace CloudBackup.Formats.Rsync;

/// <summary>
/// Where the items of a plan come from: a plan is a file, so it names trees and generated items by their numbers, and items are looked for
/// again when their turn comes. Items may be read on one thread while another asks for the origins of those it has.
/// </summary>
internal sealed class SyncOrigins : IDisposable
{
    private volatile object[] _origins = [];

    /// <summary>
    /// The items as records, ordered by their paths: the generated ones, of which there are few, take their places between those of the trees.
    /// </summary>
    /// <exception cref="InvalidOperationException">The items are in no order.</exception>
    public IEnumerable<SyncRecord> Read(IEnumerable<SourceItem> items)
    {
        using var rest = items.GetEnumerator();
        var generated = new List<SyncRecord>();
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
    public bool IsGenerated(SyncRecord record) => FindTree(record) is null;

    /// <summary>Whether owner, mode and time of an item are those of something that the app has: what was dumped, or found in a tree.</summary>
    public bool HasMetadata(SyncRecord record) => _origins[record.Origin - 1] is SpoolItem or SourceTree;

    /// <summary>The item that was made for the backup.</summary>
    public SourceItem Generated(SyncRecord record) => (SourceItem)_origins[record.Origin - 1];

    /// <summary>The tree that an item was found in; null for one that was made for the backup.</summary>
    public SourceTree? FindTree(SyncRecord record) => _origins[record.Origin - 1] as SourceTree;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var origin in _origins)
        {
            if (origin is SourceItem item)
            {
                item.Dispose();
            }
            else
            {
                ((SourceTree)origin).Root.Dispose();
            }
        }
    }

    private SyncRecord Take(SourceItem item)
    {
        var record = new SyncRecord
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
            _origins = [.. _origins, item];
            return _origins.Length;
        }
        if (_origins.Length == 0 || _origins[^1] is not SourceTree last || last != tree)
        {
            tree.Root.AddReference();
            _origins = [.. _origins, tree];
        }
        return _origins.Length;
    }
}

/// <summary>Finds the files of a plan again, in its order: the folders on the way stay open from one file to the next. Not thread-safe.</summary>
internal sealed class SourceFinder(SyncOrigins origins) : IDisposable
{
    private FolderCursor? _folders;
    private SourceTree? _tree;

    /// <summary>A file, ready to be opened; the caller disposes it.</summary>
    /// <exception cref="FileTreeException">A folder on the way is gone, or is none any more.</exception>
    public SourceItem Find(SyncRecord record)
    {
        if (origins.FindTree(record) is not { } tree)
        {
            return new Borrowed(origins.Generated(record));
        }
        if (tree != _tree)
        {
            _folders?.Dispose();
            (_tree, _folders) = (tree, new FolderCursor(tree.Root, makes: false));
        }
        var inside = record.Path[(tree.Path.Length + 1)..];
        var slash = inside.LastIndexOf('/');
        return new TreeItem(tree, record.Path, record.Facts, _folders!.MoveTo(slash < 0 ? "" : inside[..slash]), inside[(slash + 1)..]);
    }

    /// <inheritdoc/>
    public void Dispose() => _folders?.Dispose();

    /// <summary>A generated item, which stays its owner's to dispose.</summary>
    private sealed class Borrowed(SourceItem inner) : SourceItem(inner.Path, inner.Facts)
    {
        public override StreamItem? AsStream => inner.AsStream;

        public override ReadableFile Open() => inner.Open();
    }
}
