using CloudBackup.FileTree;

namespace CloudBackup.Tests.Support;

/// <summary>Trees with more levels than a path of the system has room for.</summary>
internal static class DeepTree
{
    /// <summary>Makes a folder in a folder, and so on, with a file in each of the last levels.</summary>
    /// <param name="root">Where the first of them goes.</param>
    /// <param name="levels">How many.</param>
    /// <param name="nameLength">The characters of a name.</param>
    /// <param name="files">How many of the last levels have a file, whose name is <c>f</c>.</param>
    public static void Make(string root, int levels, int nameLength, int files = 1)
    {
        var name = new string('d', nameLength);
        var node = LocalFileSystem.Open(root);
        for (var level = 1; level <= levels; level++)
        {
            using (var above = node)
            {
                above.MakeDirectory(name);
                node = above.OpenDirectory(name);
            }
            if (level > levels - files)
            {
                using var file = node.CreateFile("f");
                file.Write([1, 2, 3], 0);
            }
        }
        node.Dispose();
    }

    /// <summary>How many levels lead from a folder to the deepest one, and how many files are on the way.</summary>
    public static (int Levels, int Files) Measure(string root)
    {
        var (levels, files) = (0, 0);
        var node = LocalFileSystem.Open(root);
        for (var isBelow = true; isBelow; levels++)
        {
            using var above = node;
            var names = above.ReadNames(CancellationToken.None).ToLookup(name => above.Stat(name).Kind);
            files += names[EntryKind.File].Count();
            isBelow = names[EntryKind.Directory].Any();
            node = isBelow ? above.OpenDirectory(names[EntryKind.Directory].Single()) : above.AddReference();
        }
        node.Dispose();
        return (levels - 1, files);
    }

    /// <summary>How many files and folders below a folder this process has open.</summary>
    public static int CountOpen(string root) => Directory.GetFileSystemEntries("/proc/self/fd").Count(path =>
    {
        try
        {
            return new FileInfo(path).LinkTarget?.StartsWith(root, StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return true; // longer than a path may be: it can only be one of these
        }
    });
}
