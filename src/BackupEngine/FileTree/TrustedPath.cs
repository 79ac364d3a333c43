namespace CloudBackup.FileTree;

/// <summary>
/// Resolves paths that the administrator names now. A symbolic link on the way is followed when only the administrator can have put it there.
/// A link that another user can replace is refused: it would lead to wherever that user likes. What was resolved is opened without following
/// links at all.
/// </summary>
internal static class TrustedPath
{
    private const int MostLinks = 40; // as Linux: more are a loop

    /// <summary>The path without links in it. What is not there yet stays as it is named.</summary>
    /// <exception cref="FileTreeException">A link on the way is not to be trusted.</exception>
    public static string Resolve(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        for (var links = 0; FollowFirstLink(full) is { } target; links++)
        {
            if (links == MostLinks)
            {
                throw new FileTreeException(FileTreeErrorKind.IsLink, "open the folder", path, "too many symbolic links lead to it");
            }
            full = Path.TrimEndingDirectorySeparator(target);
        }
        return full;
    }

    /// <summary>Opens a folder.</summary>
    /// <exception cref="FileTreeException">It cannot be opened, or a link on the way is not to be trusted.</exception>
    public static DirectoryNode Open(string path) => LocalFileSystem.OpenReal(Resolve(path));

    /// <summary>Opens a folder, and makes it and those above it when they are missing.</summary>
    /// <exception cref="FileTreeException">It cannot be opened or made, or a link on the way is not to be trusted.</exception>
    public static DirectoryNode OpenOrMake(string path)
    {
        var real = Resolve(path);
        var existing = LocalAccess.NearestExisting(real);
        var node = LocalFileSystem.OpenReal(existing);
        foreach (var name in real[existing.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            using var parent = node;
            node = parent.OpenOrMake(name, out _, FolderForm.Shared);
        }
        return node;
    }

    private static string? FollowFirstLink(string path)
    {
        for (var end = Path.GetPathRoot(path)!.Length; end < path.Length;)
        {
            var next = path.IndexOf(Path.DirectorySeparatorChar, end);
            var part = next < 0 ? path : path[..next];
            if (new DirectoryInfo(part).LinkTarget is { } target)
            {
                var folder = Path.GetDirectoryName(part)!;
                target = LocalFileSystem.IsFull ? ReadTrusted(folder, part) : target;
                return target is null ? path : Path.GetFullPath(target + path[part.Length..], folder);
            }
            end = part.Length + 1;
        }
        return null;
    }

    /// <summary>What a link points to, read from the folder that was looked at; null when it is no link any more.</summary>
    private static string? ReadTrusted(string folder, string link)
    {
        using var node = LocalFileSystem.OpenReal(folder);
        var name = Path.GetFileName(link);
        var facts = node.Stat(name);
        if (FolderTrust.OthersCanReplace(node, facts))
        {
            throw new FileTreeException(
                FileTreeErrorKind.IsLink, "follow the symbolic link", link, "another user can change it; name the folder that it leads to instead");
        }
        return facts.Kind == EntryKind.SymbolicLink ? node.ReadLink(name) : null;
    }
}
