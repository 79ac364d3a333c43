using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;
using CloudBackup.Swapping;

namespace CloudBackup.Reading;

/// <summary>
/// What other programs pack is made as it comes: each entry takes the place of an earlier one of its name, whatever kind either is, and a hard
/// link is one to the file that has the name then. No entry is made through a link: every step goes from an open folder to a name in it.
/// </summary>
internal sealed partial class RestoreTarget
{
    private FolderCursor? _ordered;

    /// <summary>What folders get that are only named on the way to others.</summary>
    public EntryMetadata? ImpliedFolder { get; init; }

    /// <summary>Called with the path of each folder that a later entry takes the place of.</summary>
    public Action<string>? OnFolderReplaced { get; init; }

    private FolderCursor Ordered => _ordered ??= new FolderCursor(root, makes: true, onMade: node =>
    {
        if (ImpliedFolder is { } metadata)
        {
            node.ApplyMetadata(metadata, Losses);
        }
    });

    /// <summary>Makes a file.</summary>
    public ISparseFileTarget MakeFile(IndexEntry entry)
    {
        Check(entry);
        return Make(entry, (parent, name) => new FileTarget(this, entry, parent.CreateFile(name)));
    }

    /// <summary>Makes a symbolic link.</summary>
    public void MakeSymbolicLink(IndexEntry entry)
    {
        Check(entry);
        Make(entry, (parent, name) =>
        {
            parent.MakeSymbolicLink(name, entry.LinkTarget!);
            parent.ApplyLinkMetadata(name, EntryRules.MetadataFor(entry, isTrusted), Losses);
            return true;
        });
    }

    /// <summary>Makes a hard link; false when what it names is not there (yet). Then the name is free.</summary>
    public bool TryMakeHardLink(IndexEntry entry)
    {
        Check(entry);
        var target = entry.LinkTarget!;
        if (KindOf(target) is not { } kind)
        {
            FreeName(entry);
            return false;
        }
        if (kind == EntryKind.Directory)
        {
            throw BackupErrors.BackupHostile(id, entry.Path, "it is a hard link to a folder");
        }
        return target == entry.Path || Make(entry, (parent, name) =>
        {
            var (folder, targetName) = Split(target);
            using var node = OpenBelow(folder);
            parent.MakeHardLink(name, node, targetName);
            return true;
        });
    }

    /// <summary>Removes what has the name of an entry that is left out, or comes later.</summary>
    public void FreeName(IndexEntry entry)
    {
        Check(entry);
        Make(entry, (parent, name) => parent.Exists(name) ? throw Exists(name) : true);
    }

    /// <summary>Makes a folder where there is none. What it gets besides comes with <see cref="FinishFolders"/>.</summary>
    public void MakeFolder(IndexEntry entry)
    {
        Check(entry);
        if (KindOf(entry.Path) is { } kind && kind != EntryKind.Directory)
        {
            Make(entry, (parent, name) =>
            {
                parent.RemoveFile(name);
                return true;
            });
        }
        Do(entry, () => Ordered.MoveTo(entry.Path));
    }

    /// <summary>Sets what folders have besides their content.</summary>
    /// <param name="folders">The folders, those in others before these.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public void FinishFolders(IEnumerable<IndexEntry> folders, CancellationToken cancellationToken)
    {
        foreach (var entry in folders)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Do(entry, () => Ordered.MoveTo(entry.Path).ApplyMetadata(EntryRules.MetadataFor(entry, isTrusted), Losses));
        }
    }

    private T Make<T>(IndexEntry entry, Func<DirectoryNode, string, T> make)
    {
        var (folder, name) = Split(entry.Path);
        return Do(entry, () =>
        {
            var parent = Ordered.MoveTo(folder);
            try
            {
                return make(parent, name);
            }
            catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.AlreadyExists)
            {
                RemoveEarlier(parent, name, entry.Path);
                return make(Ordered.MoveTo(folder), name);
            }
        });
    }

    private void RemoveEarlier(DirectoryNode parent, string name, string path)
    {
        if (parent.Stat(name).Kind == EntryKind.Directory)
        {
            using var replaced = parent.OpenDirectory(name);
            FoldersBelow.Visit(replaced, path, folder => OnFolderReplaced?.Invoke(folder));
        }
        TreeRemoval.Remove(parent, name);
        // It may hold folders open that are gone now.
        Ordered.Dispose();
    }

    /// <summary>What has a path now; null when nothing has.</summary>
    private EntryKind? KindOf(string path)
    {
        var (folder, name) = Split(path);
        try
        {
            using var node = OpenBelow(folder);
            return node.Stat(name).Kind;
        }
        catch (FileTreeException failure) when (failure.MeansGone)
        {
            return null;
        }
    }

    private DirectoryNode OpenBelow(string folder) => folder.Length == 0 ? root.AddReference() : root.OpenBelow(folder);

    private T Do<T>(IndexEntry entry, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (FileTreeException failure)
        {
            throw Translate(entry, failure);
        }
    }

    private void Do(IndexEntry entry, Action action) => Do(entry, () =>
    {
        action();
        return true;
    });

    private static FileTreeException Exists(string name) => new(FileTreeErrorKind.AlreadyExists, "make", name, "it exists already");
}
