using CloudBackup.FileTree.Linux;
using CloudBackup.FileTree.Portable;

namespace CloudBackup.FileTree;

/// <summary>Opens folders of this machine with the implementation that fits its system.</summary>
internal static class LocalFileSystem
{
    /// <summary>Whether owners, hard links, extended attributes and names of any bytes are carried here.</summary>
    public static bool IsFull { get; } = OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Opens a folder by its path.</summary>
    /// <exception cref="FileTreeException">It is missing, no folder, or closed to us.</exception>
    public static DirectoryNode Open(string path) => IsFull ? LinuxDirectory.OpenPath(path) : PortableDirectory.OpenPath(path);

    /// <summary>The facts of what a path leads to, which is not opened.</summary>
    /// <exception cref="FileTreeException">It is missing, or behind a folder that is closed to us.</exception>
    public static FileFacts StatTarget(string path) =>
        IsFull ? LinuxFacts.OfTarget(path) : throw new FileTreeException(FileTreeErrorKind.NotSupported, "examine", path, "this system has no such call");

    /// <summary>
    /// Opens a folder by an absolute path in which no part may be a symbolic link, whatever became of it since it was resolved.
    /// </summary>
    /// <exception cref="FileTreeException">It is missing, no folder, closed to us, or behind a link.</exception>
    public static DirectoryNode OpenReal(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var top = Path.GetPathRoot(full)!;
        using var root = Open(top);
        return full.Length == top.Length ? root.AddReference() : root.OpenBelow(full[top.Length..].Replace(Path.DirectorySeparatorChar, '/'));
    }
}
