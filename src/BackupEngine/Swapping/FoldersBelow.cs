using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Swapping;

/// <summary>Lists the folders of a tree, without following a link.</summary>
internal static class FoldersBelow
{
    /// <summary>Calls with the path of a folder and of all below it.</summary>
    public static void Visit(DirectoryNode folder, string path, Action<string> visit)
    {
        using var folders = new FolderChain(folder);
        var frames = new Stack<(IEnumerator<string> Names, int Length)>();
        var at = new StringBuilder(path);
        Enter(at.Length);
        while (frames.TryPeek(out var frame))
        {
            if (!frame.Names.MoveNext())
            {
                frames.Pop();
                if (folders.Count > 0)
                {
                    folders.Pop();
                }
            }
            else if (frame.Names.Current is var name && folders.Last.Stat(name).Kind == EntryKind.Directory)
            {
                folders.Push(name, folders.Last.OpenDirectory(name));
                at.Length = frame.Length;
                Enter(at.Append('/').Append(name).Length);
            }
        }

        void Enter(int length)
        {
            visit(at.ToString());
            frames.Push((folders.Last.ReadNames(CancellationToken.None).GetEnumerator(), length));
        }
    }
}
