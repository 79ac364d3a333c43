using CloudBackup.FileTree;

namespace CloudBackup.Restore;

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
                RemoveContent(folder);
            }
            parent.RemoveDirectory(name);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            // Gone is what was wanted.
        }
    }

    private static void RemoveContent(DirectoryNode root)
    {
        // A stack of our own: trees may be deeper than a thread's stack.
        var frames = new Stack<(DirectoryNode Node, IEnumerator<string> Names, string Name)>();
        frames.Push((root.AddReference(), root.ReadNames(CancellationToken.None).GetEnumerator(), ""));
        var device = root.ReadFacts().Device;
        try
        {
            while (frames.TryPeek(out var frame))
            {
                if (frame.Names.MoveNext())
                {
                    var name = frame.Names.Current;
                    var facts = frame.Node.Stat(name);
                    // Only folders tell: on overlay file systems the files in a folder can have other device numbers than it.
                    if (facts.Kind == EntryKind.Directory && facts.Device != device)
                    {
                        var path = Path.Join(frame.Node.Path, name);
                        throw new FileTreeException(FileTreeErrorKind.Busy, "remove", path, "another file system is mounted there");
                    }
                    if (facts.Kind == EntryKind.Directory)
                    {
                        var inside = frame.Node.OpenDirectory(name);
                        frames.Push((inside, inside.ReadNames(CancellationToken.None).GetEnumerator(), name));
                    }
                    else
                    {
                        frame.Node.RemoveFile(name);
                    }
                    continue;
                }
                frames.Pop().Node.Dispose();
                if (frames.TryPeek(out var outer))
                {
                    outer.Node.RemoveDirectory(frame.Name);
                }
            }
        }
        finally
        {
            foreach (var frame in frames)
            {
                frame.Node.Dispose();
            }
        }
    }
}
