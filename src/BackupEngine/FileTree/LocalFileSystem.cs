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
}
