using CloudBackup.FileTree;
using CloudBackup.Formats.Index;

namespace CloudBackup.Restore;

/// <summary>
/// Which entries of a backup are wanted, and as what they come back: a hard link whose file or symbolic link is not among them becomes that
/// itself, and the folders that wanted entries are in come along.
/// </summary>
internal sealed class ItemSelection
{
    private readonly HashSet<string> _names;
    private readonly HashSet<string> _unseen;
    private readonly List<BackupItemFilter> _patterns;

    /// <summary>Files and symbolic links that are not wanted themselves, with the first wanted hard link to each.</summary>
    private readonly Dictionary<string, string> _carriers = new(StringComparer.Ordinal);

    /// <summary>The symbolic links among them: they are made where the hard link has its place, since folders are entered only once.</summary>
    private readonly Dictionary<string, IndexEntry> _carriedLinks = new(StringComparer.Ordinal);

    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    private ItemSelection(IReadOnlyList<BackupItemFilter> filters)
    {
        _names = filters.Where(filter => filter.IsName).Select(filter => filter.Text).ToHashSet(StringComparer.Ordinal);
        _unseen = [.. _names];
        _patterns = [.. filters.Where(filter => !filter.IsName)];
    }

    /// <summary>Wanted files.</summary>
    public long Files { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Selects among entries.</summary>
    /// <param name="id">The backup, for messages.</param>
    /// <param name="entries">All entries of the backup, in their order.</param>
    /// <param name="filters">What is wanted.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="BackupException">An item that was named is not there.</exception>
    public static ItemSelection Make(
        string id, Func<IEnumerable<IndexEntry>> entries, IReadOnlyList<BackupItemFilter> filters, CancellationToken cancellationToken)
    {
        var selection = new ItemSelection(filters);
        foreach (var entry in entries())
        {
            cancellationToken.ThrowIfCancellationRequested();
            selection.Add(entry);
        }
        if (selection._unseen.FirstOrDefault() is { } missing)
        {
            throw BackupErrors.ItemNotFound(id, missing);
        }
        selection.AddCarried(entries());
        return selection;
    }

    /// <summary>Whether the item at a path, or a folder that it is in, was asked for.</summary>
    public bool Takes(string path)
    {
        for (var length = path.Length; length > 0; length = path.AsSpan(0, length).LastIndexOf('/'))
        {
            var part = path[..length];
            if (_names.Contains(part))
            {
                return true;
            }
            if (_patterns.Count > 0)
            {
                var shown = PathText.ForDisplay(part);
                if (_patterns.Any(pattern => pattern.Matches(shown)))
                {
                    return true;
                }
            }
        }
        return false;
    }

    /// <summary>Whether the content of a file is needed.</summary>
    public bool NeedsContent(IndexEntry entry) => entry.Kind == EntryKind.File && (Takes(entry.Path) || _carriers.ContainsKey(entry.Path));

    /// <summary>What an entry comes back as; null when it does not.</summary>
    public IndexEntry? Map(IndexEntry entry)
    {
        if (entry.Kind == EntryKind.Directory && _folders.Contains(entry.Path))
        {
            return entry;
        }
        if (entry.Kind == EntryKind.File && !Takes(entry.Path))
        {
            return _carriers.TryGetValue(entry.Path, out var carrier) ? entry with { Facts = entry.Facts with { Path = carrier } } : null;
        }
        if (!Takes(entry.Path))
        {
            return null;
        }
        if (entry.Kind != EntryKind.HardLink || !_carriers.TryGetValue(entry.LinkTarget!, out var first))
        {
            return entry;
        }
        if (first != entry.Path)
        {
            return entry with { Facts = entry.Facts with { LinkTarget = first } };
        }
        return _carriedLinks.TryGetValue(entry.LinkTarget!, out var link) ? link with { Facts = link.Facts with { Path = first } } : null;
    }

    private void Add(IndexEntry entry)
    {
        _unseen.Remove(entry.Path);
        if (!Takes(entry.Path))
        {
            return;
        }
        PathOrder.AddFolders(_folders, entry.Path);
        if (entry.Kind == EntryKind.File)
        {
            Files++;
            Bytes += entry.Size;
        }
        else if (entry is { Kind: EntryKind.HardLink, LinkTarget: { } target } && !Takes(target))
        {
            _carriers.TryAdd(target, entry.Path);
        }
    }

    private void AddCarried(IEnumerable<IndexEntry> entries)
    {
        if (_carriers.Count == 0)
        {
            return;
        }
        foreach (var entry in entries.Where(entry => _carriers.ContainsKey(entry.Path)))
        {
            if (entry.Kind == EntryKind.File)
            {
                Files++;
                Bytes += entry.Size;
            }
            else if (entry.Kind == EntryKind.SymbolicLink)
            {
                _carriedLinks[entry.Path] = entry;
            }
        }
    }
}
