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
    private readonly LinkTable _linked = new();

    /// <summary>
    /// Whether the first name of a file with several is opened when it is listed: other items refer to it, so it may not vanish any more.
    /// </summary>
    public bool OpensLinkedFiles { get; init; } = true;

    /// <summary>Walks everything below <paramref name="root"/>, which appears as <paramref name="rootPath"/> in the backup.</summary>
    /// <exception cref="FileTreeException">The root itself cannot be read; for anything below it, <see cref="SourceIssues"/> decides.</exception>
    /// <exception cref="BackupException">The root was lost on the way.</exception>
    public IEnumerable<SourceItem> Walk(DirectoryNode root, string rootPath, CancellationToken cancellationToken) =>
        Walk(new SourceTree(root, rootPath), cancellationToken);

    /// <summary>Walks everything below the root of <paramref name="tree"/>.</summary>
    /// <exception cref="FileTreeException">The root itself cannot be read; for anything below it, <see cref="SourceIssues"/> decides.</exception>
    /// <exception cref="BackupException">The root was lost on the way.</exception>
    public IEnumerable<SourceItem> Walk(SourceTree tree, CancellationToken cancellationToken)
    {
        var frames = new Stack<Frame>();
        try
        {
            var first = Enter(tree, tree.Root.AddReference(), tree.Path, "", cancellationToken);
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
            tree.Check();
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
                case EntryKind.Directory when !avoid.Contains(facts.Identity):
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
            issues.Handle(failure, path, tree);
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

    private TreeItem FollowHardLink(SourceTree tree, Frame frame, string name, string path, FileFacts facts)
    {
        if (_linked.Take(facts, first => IsFile(tree, first, facts)) is { } target)
        {
            return new TreeItem(tree, path, facts with { Kind = EntryKind.HardLink, Size = 0 }, null, name) { LinkTarget = target };
        }
        var opened = OpensLinkedFiles ? frame.Directory.OpenFile(name) : null;
        facts = opened?.Facts ?? facts;
        if (facts.LinkCount > 1)
        {
            _linked.Add(path, facts);
        }
        return new TreeItem(tree, path, facts, frame.Directory, name, opened);
    }

    /// <summary>Whether a path leads to a file that was found under another one.</summary>
    private static bool IsFile(SourceTree tree, string path, in FileFacts facts)
    {
        try
        {
            return tree.Stat(path).Identity == facts.Identity;
        }
        catch (FileTreeException)
        {
            return false;
        }
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
