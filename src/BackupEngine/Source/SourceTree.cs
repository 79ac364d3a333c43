using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>A tree that goes into a backup.</summary>
/// <param name="Root">Its root; stays open until the backup is made.</param>
/// <param name="Path">What the root is called in the backup, such as <c>data</c>.</param>
internal sealed record SourceTree(DirectoryNode Root, string Path)
{
    private readonly (ulong Device, ulong Inode) _identity = Root.ReadFacts().Identity;

    /// <summary>
    /// Makes sure that the root is still the folder that it was, by handle and by path. What it held is gone with it when it was unmounted,
    /// replaced or removed, and would else count as files that vanish one by one.
    /// </summary>
    /// <exception cref="BackupException">It is not.</exception>
    public void Check()
    {
        try
        {
            using var now = LocalFileSystem.OpenReal(Root.Path);
            if (Root.ReadFacts().Identity != _identity || now.ReadFacts().Identity != _identity)
            {
                throw new FileTreeException(FileTreeErrorKind.NotFound, "read", Root.Path, "another folder, or none, has taken its place");
            }
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.SourceLost(failure);
        }
    }

    /// <summary>Whether an item, looked for from the root anew, is not there.</summary>
    public bool HasLost(string path)
    {
        try
        {
            _ = Stat(path);
            return false;
        }
        catch (FileTreeException failure)
        {
            return failure.MeansGone;
        }
    }

    /// <summary>What is at a path of the backup, looked for from the root anew.</summary>
    /// <exception cref="FileTreeException">Nothing can be found there.</exception>
    public FileFacts Stat(string path)
    {
        var inside = path[(Path.Length + 1)..];
        var slash = inside.LastIndexOf('/');
        using var folder = slash < 0 ? Root.AddReference() : Root.OpenBelow(inside[..slash]);
        return folder.Stat(inside[(slash + 1)..]);
    }
}
