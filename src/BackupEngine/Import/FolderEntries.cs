using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Source;

namespace CloudBackup.Import;

/// <summary>Reads a plain folder: that of an unpacked archive, or any other.</summary>
internal static class FolderEntries
{
    private const string Root = "root";

    /// <summary>What is below the folder, each folder before what is in it.</summary>
    /// <exception cref="BackupException">Something cannot be read.</exception>
    /// <exception cref="FileTreeException">The folder itself cannot be read.</exception>
    public static IEnumerable<LocalEntry> Read(string path, CancellationToken cancellationToken)
    {
        using var folder = LocalFileSystem.Open(path);
        var walker = new TreeWalker(new ExcludeRules([]), new HashSet<(ulong Device, ulong Inode)>(), new SourceIssues(continueOnError: false));
        foreach (var item in walker.Walk(folder, Root, cancellationToken))
        {
            using var _ = item;
            if (item.Path == Root)
            {
                continue;
            }
            if (item.Facts.Kind != EntryKind.File)
            {
                yield return LocalEntry.Of(Describe(item, item.Facts, item.Attributes));
                continue;
            }
            using var file = item.Open();
            long offset = 0;
            yield return new LocalEntry(Describe(item, file.Facts, file.ReadAttributes()), buffer =>
            {
                var count = file.Read(buffer, offset);
                offset += count;
                return count;
            });
        }
    }

    private static IndexEntry Describe(SourceItem item, FileFacts facts, IReadOnlyList<ExtendedAttribute> attributes) => new()
    {
        Facts = EntryFacts.Of(
            item.Path[(Root.Length + 1)..],
            facts with { Kind = item.Facts.Kind },
            item.Facts.Kind == EntryKind.HardLink ? item.LinkTarget![(Root.Length + 1)..] : item.LinkTarget,
            attributes,
            owners: null),
        IsSparse = facts.IsSparse,
    };
}
