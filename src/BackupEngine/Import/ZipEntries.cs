using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using ICSharpCode.SharpZipLib.Zip;

namespace CloudBackup.Import;

/// <summary>Reads a zip archive, as other programs make it.</summary>
internal static class ZipEntries
{
    private const int UnixHost = 3;
    private const int OsxHost = 19;
    private const int TypeBits = 0xF000;
    private const int LinkType = 0xA000;
    private const int DefaultFileMode = 0x1A4; // 0644
    private const int DefaultFolderMode = 0x1ED; // 0755
    private const int LongestLink = 64 * 1024;

    /// <summary>The entries, in order.</summary>
    /// <param name="archive">The archive, which can be sought in.</param>
    /// <param name="owner">Who owns the files: a zip does not tell.</param>
    /// <exception cref="ZipException">It is no zip archive, or is cut or encrypted.</exception>
    public static IEnumerable<LocalEntry> Read(Stream archive, (uint User, uint Group) owner)
    {
        using var zip = new ZipFile(archive, leaveOpen: true);
        foreach (ZipEntry item in zip)
        {
            if (item.IsCrypted)
            {
                throw new ZipException($"'{item.Name}' is encrypted with a password of the zip's own.");
            }
            // Windows programs write backslashes.
            var path = LocalEntry.PathOf(item.Name.Replace('\\', '/'));
            if (path.Length == 0)
            {
                continue;
            }
            using var content = zip.GetInputStream(item);
            var entry = Describe(item, path, owner);
            if (entry.Kind == EntryKind.SymbolicLink)
            {
                yield return LocalEntry.Of(ReadLink(entry, content));
            }
            else
            {
                yield return new LocalEntry(entry, buffer => entry.Kind == EntryKind.File ? content.Read(buffer, 0, buffer.Length) : 0);
            }
        }
    }

    private static IndexEntry Describe(ZipEntry item, string path, (uint User, uint Group) owner)
    {
        var attributes = item.HostSystem is UnixHost or OsxHost ? (item.ExternalFileAttributes >> 16) & 0xFFFF : 0;
        var isFolder = item.IsDirectory || item.Name.EndsWith('\\');
        var mode = attributes & 0x1FF;
        return new IndexEntry
        {
            Path = path,
            Kind = isFolder ? EntryKind.Directory : (attributes & TypeBits) == LinkType ? EntryKind.SymbolicLink : EntryKind.File,
            Mode = mode != 0 ? mode : isFolder ? DefaultFolderMode : DefaultFileMode,
            UserId = owner.User,
            GroupId = owner.Group,
            Modified = UnixTime.From(new DateTimeOffset(item.DateTime)),
            Size = isFolder ? 0 : item.Size,
        };
    }

    private static IndexEntry ReadLink(IndexEntry entry, Stream content)
    {
        var target = new byte[Math.Clamp(entry.Size, 0, LongestLink)];
        var length = content.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        return entry with { LinkTarget = PathText.FromBytes(target.AsSpan(0, length)), Size = 0 };
    }
}
