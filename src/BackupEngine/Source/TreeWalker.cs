using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Source;

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
    private readonly LinkTable _linkedLinks = new();

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
        using var folders = new FolderChain(tree.Root);
        var frames = new Stack<Frame>();
        var path = new StringBuilder(tree.Path);
        yield return Enter(tree, tree.Root, tree.Path, out var names, cancellationToken);
        frames.Push(new Frame(names, tree.Path.Length));
        while (frames.TryPeek(out var frame))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!frame.TryNext(out var name))
            {
                Leave(tree, folders, frames, path);
                continue;
            }
            path.Length = frame.PathLength;
            var item = Look(tree, folders, name, path.Append('/').Append(name).ToString(), frames, cancellationToken);
            if (item is not null)
            {
                yield return item;
            }
        }
        tree.Check();
    }

    private TreeItem? Look(
        SourceTree tree, FolderChain folders, string name, string path, Stack<Frame> frames, CancellationToken cancellationToken)
    {
        var folder = folders.Last;
        try
        {
            var facts = folder.Stat(name);
            if (exclude.IsExcluded(path[(tree.Path.Length + 1)..], name, facts.Kind == EntryKind.Directory))
            {
                return null;
            }
            if (PathRules.FindFault(path) is { } fault)
            {
                issues.AddMissing(path, fault, BackupErrors.SourcePathTooLong(path, fault));
                return null;
            }
            switch (facts.Kind)
            {
                case EntryKind.File:
                    return facts.LinkCount > 1 ? FollowHardLink(tree, folder, name, path, facts) : new TreeItem(tree, path, facts, folder, name);
                case EntryKind.SymbolicLink:
                    return FollowSymbolicLink(tree, folder, name, path, facts);
                case EntryKind.Directory when !avoid.Contains(facts.Identity):
                    return EnterBelow(tree, folders, name, path, frames, cancellationToken);
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

    private static TreeItem EnterBelow(
        SourceTree tree, FolderChain folders, string name, string path, Stack<Frame> frames, CancellationToken cancellationToken)
    {
        var folder = folders.Last.OpenDirectory(name);
        try
        {
            var item = Enter(tree, folder, path, out var names, cancellationToken);
            folders.Push(name, folder);
            frames.Push(new Frame(names, path.Length));
            return item;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static TreeItem Enter(
        SourceTree tree, DirectoryNode folder, string path, out IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        names = folder.ReadNames(cancellationToken);
        return new TreeItem(tree, path, folder.ReadFacts(), null, "") { Attributes = folder.ReadAttributes() };
    }

    /// <summary>Goes back to the folder above, or to the next one up that is still there.</summary>
    private void Leave(SourceTree tree, FolderChain folders, Stack<Frame> frames, StringBuilder path)
    {
        for (frames.Pop(); folders.Count > 0; frames.Pop())
        {
            try
            {
                folders.Pop();
                return;
            }
            catch (FileTreeException failure)
            {
                issues.Handle(failure, path.ToString(0, frames.Peek().PathLength), tree);
            }
        }
    }

    private TreeItem FollowHardLink(SourceTree tree, DirectoryNode folder, string name, string path, FileFacts facts)
    {
        if (_linked.Take(facts, first => IsSame(tree, first, facts)) is { } target)
        {
            return FurtherName(tree, path, facts, name, target);
        }
        var opened = OpensLinkedFiles ? folder.OpenFile(name) : null;
        facts = opened?.Facts ?? facts;
        if (facts.LinkCount > 1)
        {
            _linked.Add(path, facts);
        }
        return new TreeItem(tree, path, facts, folder, name, opened);
    }

    /// <summary>A symbolic link is read when it is met: its first name cannot vanish any more, and has no content that another one may have to carry.</summary>
    private TreeItem FollowSymbolicLink(SourceTree tree, DirectoryNode folder, string name, string path, FileFacts facts)
    {
        if (facts.LinkCount > 1 && _linkedLinks.Take(facts, first => IsSame(tree, first, facts)) is { } target)
        {
            return FurtherName(tree, path, facts, name, target);
        }
        var item = new TreeItem(tree, path, facts, null, name)
        {
            LinkTarget = folder.ReadLink(name),
            Attributes = folder.ReadLinkAttributes(name),
        };
        if (facts.LinkCount > 1 && folder.Stat(name).Identity == facts.Identity)
        {
            _linkedLinks.Add(path, facts);
        }
        return item;
    }

    private static TreeItem FurtherName(SourceTree tree, string path, FileFacts facts, string name, string first) =>
        new(tree, path, facts with { Kind = EntryKind.HardLink, Size = 0 }, null, name)
        {
            LinkTarget = first,
            MayHaveContent = facts.Kind == EntryKind.File,
        };

    /// <summary>Whether a path leads to a file or link that was found under another one.</summary>
    private static bool IsSame(SourceTree tree, string path, in FileFacts facts)
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

    private sealed class Frame(IReadOnlyList<string> names, int pathLength)
    {
        private int _next;

        public int PathLength { get; } = pathLength;

        public bool TryNext(out string name)
        {
            name = _next < names.Count ? names[_next++] : "";
            return name.Length > 0;
        }
    }
}
