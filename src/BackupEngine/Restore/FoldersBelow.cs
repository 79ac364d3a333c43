using CloudBackup.FileTree;

namespace CloudBackup.Restore;

/// <summary>Lists the folders of a tree, without following a link.</summary>
internal static class FoldersBelow
{
    /// <summary>Calls with the path of a folder and of all below it.</summary>
    public static void Visit(DirectoryNode folder, string path, Action<string> visit)
    {
        var frames = new Stack<(DirectoryNode Node, IEnumerator<string> Names, string Path)>();
        Push(folder.AddReference(), path);
        try
        {
            while (frames.TryPeek(out var frame))
            {
                if (!frame.Names.MoveNext())
                {
                    frames.Pop().Node.Dispose();
                }
                else if (frame.Node.Stat(frame.Names.Current).Kind == EntryKind.Directory)
                {
                    Push(frame.Node.OpenDirectory(frame.Names.Current), $"{frame.Path}/{frame.Names.Current}");
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

        void Push(DirectoryNode node, string at)
        {
            visit(at);
            frames.Push((node, node.ReadNames(CancellationToken.None).GetEnumerator(), at));
        }
    }
}
