using CloudBackup.FileTree;

namespace CloudBackup.Swapping;

/// <summary>Removes whole trees without ever following a link or entering another file system.</summary>
internal static class TreeRemoval
{
    /// <summary>Removes an entry and everything below it; a missing one is no error.</summary>
    public static void Remove(DirectoryNode parent, string name)
    {
        try
        {
            if (parent.Stat(name).Kind != EntryKind.Directory)
            {
                parent.RemoveFile(name);
                return;
            }
            using (var folder = parent.OpenDirectory(name))
            {
                RefuseMount(folder, parent.ReadFacts().Device);
                RemoveContent(folder);
            }
            parent.RemoveDirectory(name);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            // Gone is what was wanted.
        }
    }

    /// <summary>Removes everything in an open folder.</summary>
    public static void RemoveContent(DirectoryNode root)
    {
        // A stack of our own: trees may be deeper than a thread's stack.
        using var folders = new FolderChain(root);
        var frames = new Stack<(IEnumerator<string> Names, string Name)>();
        frames.Push((root.ReadNames(CancellationToken.None).GetEnumerator(), ""));
        var device = root.ReadFacts().Device;
        while (frames.TryPeek(out var frame))
        {
            if (!frame.Names.MoveNext())
            {
                frames.Pop();
                if (frames.Count > 0)
                {
                    folders.Pop();
                    folders.Last.RemoveDirectory(frame.Name);
                }
                continue;
            }
            var name = frame.Names.Current;
            if (folders.Last.Stat(name).Kind != EntryKind.Directory)
            {
                folders.Last.RemoveFile(name);
                continue;
            }
            folders.Push(name, OpenSameDevice(folders.Last, name, device));
            frames.Push((folders.Last.ReadNames(CancellationToken.None).GetEnumerator(), name));
        }
    }

    private static DirectoryNode OpenSameDevice(DirectoryNode parent, string name, ulong device)
    {
        var folder = parent.OpenDirectory(name);
        try
        {
            RefuseMount(folder, device);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Only folders tell: on overlay file systems the files in a folder can have other device numbers than it.</summary>
    private static void RefuseMount(DirectoryNode folder, ulong device)
    {
        var facts = folder.ReadFacts();
        if (facts.Device != device || facts.IsMountPoint)
        {
            throw new FileTreeException(FileTreeErrorKind.Busy, "remove", folder.Path, "another file system is mounted there");
        }
    }
}
