using System.Security.Cryptography;
using System.Text;
using CloudBackup.FileTree;

namespace CloudBackup.Tests.Support;

/// <summary>Describes trees line by line, so that two can be compared and a difference is readable.</summary>
internal static class Tree
{
    /// <summary>Every entry with all that a backup keeps of it, ordered by path.</summary>
    /// <param name="path">The root.</param>
    /// <param name="rootTime">Whether the root's own time counts.</param>
    public static List<string> Describe(string path, bool rootTime = true)
    {
        var lines = new List<string>();
        var inodes = new Dictionary<(ulong, ulong), string>();
        using var root = LocalFileSystem.Open(path);
        var facts = root.ReadFacts();
        lines.Add($". dir {Convert.ToString(facts.Mode, 8)} {facts.UserId}:{facts.GroupId} {(rootTime ? facts.Modified : "")} {Attributes(root.ReadAttributes())}");
        DescribeFolder(root, "", lines, inodes);
        return lines;
    }

    private static void DescribeFolder(DirectoryNode folder, string path, List<string> lines, Dictionary<(ulong, ulong), string> inodes)
    {
        foreach (var name in folder.ReadNames(CancellationToken.None))
        {
            var facts = folder.Stat(name);
            var child = $"{path}/{name}";
            var common = $"{PathText.ForDisplay(child)} {facts.Kind} {Convert.ToString(facts.Mode, 8)} {facts.UserId}:{facts.GroupId} {facts.Modified}";
            switch (facts.Kind)
            {
                case EntryKind.Directory:
                    using (var inside = folder.OpenDirectory(name))
                    {
                        lines.Add($"{common} {Attributes(inside.ReadAttributes())}");
                        DescribeFolder(inside, child, lines, inodes);
                    }
                    break;
                case EntryKind.SymbolicLink:
                    lines.Add($"{common} -> {PathText.ForDisplay(folder.ReadLink(name))}{FirstName(child, facts, inodes)}");
                    break;
                case EntryKind.File:
                    lines.Add($"{common} {DescribeFile(folder, name, child, facts, inodes)}");
                    break;
                default:
                    lines.Add(common);
                    break;
            }
        }
    }

    private static string DescribeFile(DirectoryNode folder, string name, string path, FileFacts facts, Dictionary<(ulong, ulong), string> inodes)
    {
        using var file = folder.OpenFile(name);
        return $"{facts.Size} {Hash(file)} {Attributes(file.ReadAttributes())}{FirstName(path, facts, inodes)}";
    }

    private static string FirstName(string path, FileFacts facts, Dictionary<(ulong, ulong), string> inodes) =>
        facts.LinkCount > 1 && !inodes.TryAdd((facts.Device, facts.Inode), path) ? $" = {inodes[(facts.Device, facts.Inode)]}" : "";

    private static string Hash(ReadableFile file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1024 * 1024];
        for (long offset = 0; file.Read(buffer, offset) is > 0 and var count; offset += count)
        {
            hash.AppendData(buffer, 0, count);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static string Attributes(IReadOnlyList<ExtendedAttribute> attributes)
    {
        var text = new StringBuilder();
        foreach (var attribute in attributes.OrderBy(attribute => attribute.Name, StringComparer.Ordinal))
        {
            text.Append(' ').Append(attribute.Name).Append('=').Append(Convert.ToHexStringLower(attribute.Value));
        }
        return text.ToString();
    }
}
