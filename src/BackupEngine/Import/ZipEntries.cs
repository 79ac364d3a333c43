using System.IO.Hashing;
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
    private const int FolderType = 0x4000;
    private const int FileType = 0x8000;
    private const int LinkType = 0xA000;
    private const int ModeBits = 0xFFF;
    private const int DefaultFileMode = 0x1A4; // 0644
    private const int DefaultFolderMode = 0x1ED; // 0755
    private const int LongestLink = 64 * 1024;

    /// <summary>The entries, in order.</summary>
    /// <param name="archive">The archive, which can be sought in.</param>
    /// <exception cref="ZipException">It is no zip archive, is cut, damaged or encrypted.</exception>
    public static IEnumerable<LocalEntry> Read(Stream archive)
    {
        using var zip = Open(archive);
        foreach (ZipEntry item in zip)
        {
            if (item.IsCrypted)
            {
                throw new ZipException($"'{item.Name}' is encrypted with a password of the zip's own.");
            }
            var path = LocalEntry.PathOf(IsFromUnix(item) ? item.Name : item.Name.Replace('\\', '/'));
            if (path.Length == 0)
            {
                continue;
            }
            var entry = ForeignData.Decode(() => Describe(item, path));
            if (entry.Kind is EntryKind.Directory or EntryKind.Special)
            {
                yield return LocalEntry.Of(entry) with { IsOwned = false };
                continue;
            }
            using var stream = ForeignData.Decode(() => zip.GetInputStream(item));
            var content = new Content(item, stream);
            var found = entry.Kind == EntryKind.File ? new LocalEntry(entry, content.Read) : LocalEntry.Of(ReadLink(entry, content));
            yield return found with { IsOwned = false };
        }
    }

    /// <summary>Bytes that all files together say they have.</summary>
    /// <exception cref="ZipException">It is no zip archive, or is cut.</exception>
    public static long SizeOf(Stream archive)
    {
        using var zip = Open(archive);
        Int128 size = 0;
        foreach (ZipEntry item in zip)
        {
            size += Math.Max(0, item.Size);
        }
        return long.CreateSaturating(size);
    }

    private static ZipFile Open(Stream archive) => ForeignData.Decode(() => new ZipFile(archive, leaveOpen: true));

    /// <summary>Windows programs may write backslashes; on Unix they are part of a name.</summary>
    private static bool IsFromUnix(ZipEntry item) => item.HostSystem is UnixHost or OsxHost;

    private static IndexEntry Describe(ZipEntry item, string path)
    {
        var attributes = IsFromUnix(item) ? (item.ExternalFileAttributes >> 16) & 0xFFFF : 0;
        var isFolder = item.IsDirectory || (attributes & TypeBits) == FolderType || (!IsFromUnix(item) && item.Name.EndsWith('\\'));
        var mode = attributes & ModeBits;
        return new IndexEntry
        {
            Path = path,
            Kind = isFolder ? EntryKind.Directory : KindOf(attributes & TypeBits),
            Mode = mode != 0 ? mode : isFolder ? DefaultFolderMode : DefaultFileMode,
            Modified = UnixTime.From(new DateTimeOffset(item.DateTime)),
            Size = isFolder ? 0 : item.Size,
        };
    }

    private static EntryKind KindOf(int type) => type switch
    {
        0 or FileType => EntryKind.File,
        LinkType => EntryKind.SymbolicLink,
        _ => EntryKind.Special,
    };

    private static IndexEntry ReadLink(IndexEntry entry, Content content)
    {
        // One byte more than there should be, so that the end, where the checksum is, is met.
        var most = entry.Size is >= 0 and <= LongestLink ? entry.Size + 1 : throw Damaged(entry.Path, "a link is implausibly long");
        var target = LocalEntry.ReadAll(content.Read, most);
        return target.Length == entry.Size
            ? entry with { LinkTarget = PathText.FromBytes(target), Size = 0 }
            : throw Damaged(entry.Path, "it is not as long as it says");
    }

    private static ZipException Damaged(string path, string reason) => new($"'{PathText.ForDisplay(path)}': {reason}.");

    /// <summary>The content of an entry; at its end it is compared with its checksum, which the library does not do.</summary>
    private sealed class Content(ZipEntry item, Stream stream)
    {
        private readonly Crc32 _crc = new();

        public int Read(byte[] buffer)
        {
            var count = ForeignData.Decode(() => stream.Read(buffer, 0, buffer.Length));
            if (count <= 0)
            {
                return _crc.GetCurrentHashAsUInt32() == item.Crc ? 0 : throw Damaged(item.Name, "its content does not have the checksum that the archive says");
            }
            _crc.Append(buffer.AsSpan(0, count));
            return count;
        }
    }
}
