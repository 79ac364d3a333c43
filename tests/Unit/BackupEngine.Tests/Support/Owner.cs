using System.Globalization;
using CloudBackup.FileTree;

namespace CloudBackup.Tests.Support;

/// <summary>Owners and modes, which .NET only half knows. Only root may change owners.</summary>
internal static class Owner
{
    /// <summary>Gives a file or folder away; its mode stays.</summary>
    public static void Set(string path, uint user, uint group)
    {
        using var parent = LocalFileSystem.Open(Path.GetDirectoryName(path)!);
        var facts = parent.Stat(Path.GetFileName(path));
        var metadata = new EntryMetadata { Mode = facts.Mode, UserId = user, GroupId = group, Modified = facts.Modified, Attributes = [] };
        if (facts.Kind == EntryKind.Directory)
        {
            using var folder = LocalFileSystem.Open(path);
            folder.ApplyMetadata(metadata, new MetadataLosses());
        }
        else
        {
            parent.ApplyLinkMetadata(Path.GetFileName(path), metadata, new MetadataLosses());
        }
    }

    /// <summary>Mode and owner of everything in a folder, by path.</summary>
    public static List<string> Describe(string root) =>
    [
        .. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => DescribeOne(path, Path.GetRelativePath(root, path))).Prepend(DescribeOne(root, ".")),
    ];

    private static string DescribeOne(string path, string name)
    {
        using var parent = LocalFileSystem.Open(Path.GetDirectoryName(path)!);
        var facts = parent.Stat(Path.GetFileName(path));
        return string.Create(CultureInfo.InvariantCulture, $"{name} {Convert.ToString(facts.Mode, 8).PadLeft(4, '0')} {facts.UserId}:{facts.GroupId}");
    }
}
