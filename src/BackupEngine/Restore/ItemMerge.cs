using CloudBackup.FileTree;

namespace CloudBackup.Restore;

/// <summary>
/// Moves restored items from where they were unpacked to their places in a folder that has other things in it. Folders that are there stay
/// as they are and get what is missing in them; links are never followed.
/// </summary>
/// <param name="destination">What the user named, for messages.</param>
/// <param name="replace">Whether files that are there are replaced.</param>
internal sealed class ItemMerge(string destination, bool replace)
{
    /// <summary>Refuses items whose place is taken, before anything is read.</summary>
    /// <exception cref="BackupException">One is.</exception>
    public void CheckFree(DirectoryNode root, string path, EntryKind kind)
    {
        var taken = Find(root, path);
        if (taken is not null && (kind == EntryKind.Directory || taken == EntryKind.Directory ? taken != kind : !replace))
        {
            throw BackupErrors.FileExists(Path.Join(destination, path));
        }
    }

    /// <summary>Moves everything in a folder to its places in another one.</summary>
    /// <exception cref="BackupException">A place has been taken meanwhile.</exception>
    /// <exception cref="FileTreeException">The destination cannot be written to.</exception>
    public void Run(DirectoryNode from, DirectoryNode to) => Run(from, to, "");

    private void Run(DirectoryNode from, DirectoryNode to, string path)
    {
        foreach (var name in from.ReadNames(CancellationToken.None))
        {
            var place = path.Length == 0 ? name : $"{path}/{name}";
            var isFolder = from.Stat(name).Kind == EntryKind.Directory;
            try
            {
                from.MoveKeepingTime(name, to, name);
            }
            catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.AlreadyExists)
            {
                Join(from, to, name, place, isFolder);
            }
        }
    }

    private void Join(DirectoryNode from, DirectoryNode to, string name, string place, bool isFolder)
    {
        if (isFolder != (to.Stat(name).Kind == EntryKind.Directory) || (!isFolder && !replace))
        {
            throw BackupErrors.FileExists(Path.Join(destination, place));
        }
        if (!isFolder)
        {
            from.Rename(name, to, name, RenameMode.Replace);
            return;
        }
        using var source = from.OpenDirectory(name);
        using var target = to.OpenDirectory(name);
        Run(source, target, place);
    }

    /// <summary>What is at a path, or in its way; null when nothing is.</summary>
    private static EntryKind? Find(DirectoryNode root, string path)
    {
        var node = root.AddReference();
        try
        {
            var parts = path.Split('/');
            for (var i = 0; ; i++)
            {
                if (!node.Exists(parts[i]))
                {
                    return null;
                }
                var kind = node.Stat(parts[i]).Kind;
                if (i == parts.Length - 1 || kind != EntryKind.Directory)
                {
                    // A file where a folder must be stands in the way of whatever is to be in it.
                    return i == parts.Length - 1 ? kind : EntryKind.Special;
                }
                var next = node.OpenDirectory(parts[i]);
                node.Dispose();
                node = next;
            }
        }
        finally
        {
            node.Dispose();
        }
    }
}
