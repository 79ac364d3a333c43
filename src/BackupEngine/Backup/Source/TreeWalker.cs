using CloudBackup.FileTree;

namespace CloudBackup.Backup.Source;

/// <summary>
/// Lists a source tree as backup items: each folder before what is in it, names ordered by their bytes, one folder's names in memory at a
/// time per level. Whatever vanishes between listing and looking is counted, in every step alike.
/// </summary>
/// <param name="exclude">What is left out.</param>
/// <param name="avoid">Folders, by device and inode, that are never entered: the store itself must not be backed up into itself.</param>
/// <param name="issues">Takes what could not be read.</param>
internal sealed class TreeWalker(ExcludeRules exclude, IReadOnlySet<(ulong Device, ulong Inode)> avoid, SourceIssues issues)
{
    private readonly Dictionary<(ulong Device, ulong Inode), LinkedFile> _linked = [];

    /// <summary>Walks everything below <paramref name="root"/>, which appears as <paramref name="rootPath"/> in the backup.</summary>
    /// <exception cref="FileTreeException">The root itself cannot be read; for anything below it, <see cref="SourceIssues"/> decides.</exception>
    public IEnumerable<SourceItem> Walk(DirectoryNode root, string rootPath, CancellationToken cancellationToken)
    {
        var frames = new Stack<Frame>();
        var tree = new SourceTree(root, rootPath);
        try
        {
            var first = Enter(tree, root.AddReference(), rootPath, "", cancellationToken);
            frames.Push(first.Frame);
            yield return first.Item;
            while (frames.TryPeek(out var frame))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!frame.TryNext(out var name))
                {
                    frames.Pop().Directory.Dispose();
                    continue;
                }
                var item = Look(tree, frame, name, frames, cancellationToken);
                if (item is not null)
                {
                    yield return item;
                }
            }
        }
        finally
        {
            foreach (var frame in frames)
            {
                frame.Directory.Dispose();
            }
        }
    }

    private SourceItem? Look(SourceTree tree, Frame frame, string name, Stack<Frame> frames, CancellationToken cancellationToken)
    {
        var path = $"{frame.Path}/{name}";
        var relative = frame.Relative.Length == 0 ? name : $"{frame.Relative}/{name}";
        try
        {
            var facts = frame.Directory.Stat(name);
            if (exclude.IsExcluded(relative, name, facts.Kind == EntryKind.Directory))
            {
                return null;
            }
            switch (facts.Kind)
            {
                case EntryKind.File:
                    return facts.LinkCount > 1 ? FollowHardLink(tree, frame, name, path, facts) : new TreeItem(tree, path, facts, frame.Directory, name);
                case EntryKind.SymbolicLink:
                    return new TreeItem(tree, path, facts, null, name)
                    {
                        LinkTarget = frame.Directory.ReadLink(name),
                        Attributes = frame.Directory.ReadLinkAttributes(name),
                    };
                case EntryKind.Directory when !avoid.Contains((facts.Device, facts.Inode)):
                    var entered = Enter(tree, frame.Directory.OpenDirectory(name), path, relative, cancellationToken);
                    frames.Push(entered.Frame);
                    return entered.Item;
                default:
                    issues.Skip();
                    return null;
            }
        }
        catch (FileTreeException failure)
        {
            issues.Handle(failure, path);
            return null;
        }
    }

    private static (Frame Frame, SourceItem Item) Enter(
        SourceTree tree, DirectoryNode directory, string path, string relative, CancellationToken cancellationToken)
    {
        try
        {
            var names = directory.ReadNames(cancellationToken);
            var item = new TreeItem(tree, path, directory.ReadFacts(), null, "") { Attributes = directory.ReadAttributes() };
            return (new Frame(directory, names, path, relative), item);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The first name of a file with several is opened at once: other items will refer to it, so it may not vanish any more.
    /// </summary>
    private TreeItem FollowHardLink(SourceTree tree, Frame frame, string name, string path, FileFacts facts)
    {
        var key = (facts.Device, facts.Inode);
        if (_linked.TryGetValue(key, out var first))
        {
            if (--first.NamesToCome == 0)
            {
                _linked.Remove(key);
            }
            return new TreeItem(tree, path, facts with { Kind = EntryKind.HardLink, Size = 0 }, null, name) { LinkTarget = first.Path };
        }
        var opened = frame.Directory.OpenFile(name);
        if (opened.Facts.LinkCount > 1)
        {
            _linked[(opened.Facts.Device, opened.Facts.Inode)] = new LinkedFile(path) { NamesToCome = opened.Facts.LinkCount - 1 };
        }
        return new TreeItem(tree, path, opened.Facts, frame.Directory, name, opened);
    }

    private sealed class LinkedFile(string path)
    {
        public string Path { get; } = path;

        public uint NamesToCome { get; set; }
    }

    private sealed class Frame(DirectoryNode directory, IReadOnlyList<string> names, string path, string relative)
    {
        private int _next;

        public DirectoryNode Directory { get; } = directory;

        public string Path { get; } = path;

        public string Relative { get; } = relative;

        public bool TryNext(out string name)
        {
            name = _next < names.Count ? names[_next++] : "";
            return name.Length > 0;
        }
    }
}
