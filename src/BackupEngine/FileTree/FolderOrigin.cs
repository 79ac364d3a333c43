namespace CloudBackup.FileTree;

/// <summary>What the way to a folder says of it.</summary>
/// <param name="Mount">Where the file system that it is on is mounted.</param>
/// <param name="OthersCanReplace">Whether another user can rename or replace it, or a folder above it.</param>
internal sealed record FolderOrigin(string Mount, bool OthersCanReplace)
{
    /// <summary>Looks at each folder on the way.</summary>
    /// <param name="path">The folder, without links on the way.</param>
    /// <returns>Null when a folder on the way is closed to this user, or missing.</returns>
    public static FolderOrigin? Of(string path)
    {
        DirectoryNode? node = null;
        try
        {
            var top = Path.GetPathRoot(path)!;
            var (mount, othersCan) = (top, false);
            node = LocalFileSystem.Open(top);
            var at = top;
            var device = node.ReadFacts().Device;
            foreach (var name in path[top.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
            {
                using var parent = node;
                node = null;
                node = parent.OpenDirectory(name);
                at = Path.Join(at, name);
                var facts = node.ReadFacts();
                othersCan |= FolderTrust.OthersCanReplace(parent, facts);
                // Linux tells of mount points since 5.8; another file system shows before too.
                mount = facts.IsMountPoint || facts.Device != device ? at : mount;
                device = facts.Device;
            }
            return new FolderOrigin(mount, othersCan);
        }
        catch (FileTreeException)
        {
            return null;
        }
        finally
        {
            node?.Dispose();
        }
    }
}
