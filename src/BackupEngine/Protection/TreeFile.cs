using CloudBackup.FileTree;
using CloudBackup.Storage;

namespace CloudBackup.Protection;

/// <summary>A file or folder of a tree that is encrypted or decrypted.</summary>
/// <param name="Path">The path below the tree's root.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Size">The bytes of a file when it was listed.</param>
/// <param name="Parent">The open folder that holds it; valid until the walk goes on.</param>
internal readonly record struct TreeFile(string Path, bool IsFolder, long Size, DirectoryNode Parent)
{
    /// <summary>
    /// Walks all files and folders below a folder, each folder before what is in it. Never enters the folder <paramref name="avoided"/>, so
    /// that a tree is not written into itself for ever.
    /// </summary>
    /// <param name="source">The folder.</param>
    /// <param name="avoided">A folder that may not exist (yet).</param>
    /// <param name="onSkipped">Gets the path of what is neither file nor folder.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <exception cref="BackupException">A folder cannot be read.</exception>
    public static IEnumerable<TreeFile> Walk(string source, string avoided, Action<string> onSkipped, CancellationToken cancellationToken)
    {
        using var root = Read(source, () => LocalFileSystem.Open(source));
        foreach (var item in Walk(root, "", IdentityOf(avoided), onSkipped, cancellationToken))
        {
            yield return item;
        }
    }

    /// <summary>Opens the file's content.</summary>
    /// <exception cref="BackupException">It cannot be opened.</exception>
    public Stream Open()
    {
        var (parent, name, path) = (Parent, StoragePath.NameOf(Path), Path);
        var file = Read(path, () => parent.OpenFile(name));
        return new LocalFileStream(file, path, 0, file.Facts.Size);
    }

    private static IEnumerable<TreeFile> Walk(
        DirectoryNode folder, string path, (ulong, ulong)? avoided, Action<string> onSkipped, CancellationToken cancellationToken)
    {
        foreach (var name in Read(folder.Path, () => folder.ReadNames(cancellationToken)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var below = StoragePath.Join(path, name);
            var facts = Read(below, () => folder.Stat(name));
            if (facts.Kind == EntryKind.File)
            {
                yield return new TreeFile(below, false, facts.Size, folder);
            }
            else if (facts.Kind != EntryKind.Directory)
            {
                onSkipped(below);
            }
            else if (facts.Identity != avoided)
            {
                yield return new TreeFile(below, true, 0, folder);
                using var inside = Read(below, () => folder.OpenDirectory(name));
                foreach (var item in Walk(inside, below, avoided, onSkipped, cancellationToken))
                {
                    yield return item;
                }
            }
        }
    }

    private static (ulong, ulong)? IdentityOf(string path)
    {
        if (!Directory.Exists(path))
        {
            return null;
        }
        using var folder = Read(path, () => LocalFileSystem.Open(path));
        return folder.ReadFacts().Identity;
    }

    private static T Read<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.FileNotRead(PathText.ForDisplay(path), failure);
        }
    }
}
