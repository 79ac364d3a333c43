using System.Buffers.Binary;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Source;

namespace CloudBackup.Import;

/// <summary>Reads a zip archive, as other programs make it. Its central directory tells what is in it, and each entry's own header must agree.</summary>
internal static class ZipEntries
{
    private const int UnixHost = 3;
    private const int OsxHost = 19;
    private const int TypeBits = 0xF000;
    private const int FolderType = 0x4000;
    private const int FileType = 0x8000;
    private const int LinkType = 0xA000;
    private const int ModeBits = 0xFFF;
    private const int DosFolder = 0x10;
    private const int DosHasUnixMode = 0x8000;
    private const int EncryptedFlags = 0x2041;
    private const int AesMethod = 99;
    private const int DefaultFileMode = 0x1A4; // 0644
    private const int DefaultFolderMode = 0x1ED; // 0755
    private const int UnixTimeExtra = 0x5455;
    private const int NtfsExtra = 0x000A;

    /// <summary>The entries, in order.</summary>
    /// <param name="archive">The archive, which can be sought in.</param>
    /// <param name="reading">The reading.</param>
    /// <exception cref="InvalidDataException">It is not a zip archive, is cut or damaged.</exception>
    /// <exception cref="BackupException">It is encrypted, or compressed in a way that is not read here.</exception>
    public static IEnumerable<LocalEntry> Read(Stream archive, ArchiveReading reading)
    {
        var directory = ZipDirectory.Open(archive, reading.Path);
        foreach (var record in directory.Read())
        {
            reading.CancellationToken.ThrowIfCancellationRequested();
            Check(record, reading.Path);
            if (Describe(record, reading) is not { } entry)
            {
                continue;
            }
            if (entry.Kind is EntryKind.Directory or EntryKind.Special)
            {
                yield return LocalEntry.Of(entry) with { IsOwned = false };
                continue;
            }
            using var content = new ZipContent(archive, record, directory.Start);
            var found = entry.Kind == EntryKind.File
                ? new LocalEntry(entry, buffer => ForeignData.Decode(() => content.Read(buffer)))
                : LocalEntry.Of(ReadLink(entry, record, content));
            yield return found with { IsOwned = false };
        }
    }

    /// <summary>Bytes that all files together say they have. Refuses what cannot be read.</summary>
    /// <exception cref="InvalidDataException">It is not a zip archive, or is cut.</exception>
    /// <exception cref="BackupException">It is encrypted, or compressed in a way that is not read here.</exception>
    public static long SizeOf(Stream archive, ArchiveReading reading)
    {
        Int128 size = 0;
        foreach (var record in ZipDirectory.Open(archive, reading.Path).Read())
        {
            reading.CancellationToken.ThrowIfCancellationRequested();
            Check(record, reading.Path);
            size += record.Size;
        }
        return long.CreateSaturating(size);
    }

    private static void Check(ZipRecord record, string path)
    {
        var isEncrypted = (record.Flags & EncryptedFlags) != 0 || record.Method == AesMethod;
        var method = record.Method switch
        {
            ZipContent.Stored or ZipContent.Deflated or ZipContent.BZip2 => null,
            1 => "shrink",
            >= 2 and <= 5 => "reduce",
            6 => "implode",
            9 => "Deflate64",
            14 => "LZMA",
            20 or 93 => "Zstandard",
            94 => "MP3",
            95 => "xz",
            96 => "JPEG",
            97 => "WavPack",
            98 => "PPMd",
            _ => $"method {record.Method}",
        };
        if (isEncrypted || method is not null)
        {
            var what = !isEncrypted ? $"a zip compressed with {method}"
                : record.Method == AesMethod ? "a zip with a password of its own (AES)" : "a zip with a password of its own";
            throw BackupErrors.ImportFormatUnsupported(path, what, $"7z x -oFOLDER '{path}'", isCompressed: false);
        }
        if (record.Name.Length > ArchiveReading.LongestName)
        {
            throw new InvalidDataException($"A name has {record.Name.Length} bytes. The longest that can be imported has {ArchiveReading.LongestName}.");
        }
    }

    /// <summary>Null for the root of the archive.</summary>
    private static IndexEntry? Describe(ZipRecord record, ArchiveReading reading)
    {
        var name = ZipNames.Decode(record, reading.ZipEncoding, out var isRaw);
        var isFromUnix = record.Host is UnixHost or OsxHost;
        // Windows programs may write backslashes; on Unix they are part of a name.
        name = isFromUnix ? name : name.Replace('\\', '/');
        var path = LocalEntry.PathOf(name);
        var unix = isFromUnix || (record.Attributes & DosHasUnixMode) != 0 ? (int)(record.Attributes >> 16) : 0;
        var isFolder = name.EndsWith('/') || (unix & TypeBits) == FolderType || (!isFromUnix && (record.Attributes & DosFolder) != 0 && record.Size == 0);
        if (path.Length == 0)
        {
            return isFolder ? null : throw new InvalidDataException("An entry that is not a folder has no name.");
        }
        if (isRaw)
        {
            reading.Note("{0} names in the zip are not UTF-8 and do not tell their code page: their bytes are kept. "
                + "Import again with -ZipEncoding, for example 437, 866 or 932, to convert them.");
        }
        return new IndexEntry
        {
            Facts = new EntryFacts
            {
                Path = path,
                Kind = isFolder ? EntryKind.Directory : KindOf(unix & TypeBits),
                Mode = unix != 0 ? unix & ModeBits : isFolder ? DefaultFolderMode : DefaultFileMode,
                Modified = TimeOf(record),
                Size = isFolder ? 0 : record.Size,
            },
        };
    }

    private static EntryKind KindOf(int type) => type switch
    {
        0 or FileType => EntryKind.File,
        LinkType => EntryKind.SymbolicLink,
        _ => EntryKind.Special,
    };

    private static UnixTime TimeOf(ZipRecord record)
    {
        var unix = record.FindExtra(UnixTimeExtra);
        if (unix.Length >= 5 && (unix[0] & 1) != 0)
        {
            return new UnixTime(BinaryPrimitives.ReadInt32LittleEndian(unix[1..]), 0);
        }
        var ntfs = record.FindExtra(NtfsExtra);
        if (ntfs.Length >= 16 && BinaryPrimitives.ReadUInt16LittleEndian(ntfs[4..]) == 1
            && BinaryPrimitives.ReadInt64LittleEndian(ntfs[8..]) is > 0 and < 2_650_467_744_000_000_000 and var ticks)
        {
            return UnixTime.From(new DateTimeOffset(DateTime.FromFileTimeUtc(ticks)));
        }
        return OfDos(record.DosTime);
    }

    /// <summary>Local time; a date that there is not is the first one there is.</summary>
    private static UnixTime OfDos(uint time)
    {
        var (year, month, day) = (1980 + (int)(time >> 25), (int)((time >> 21) & 15), (int)((time >> 16) & 31));
        var (hour, minute, second) = ((int)((time >> 11) & 31), (int)((time >> 5) & 63), (int)((time & 31) * 2));
        var isDate = month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) && hour < 24 && minute < 60 && second < 60;
        return UnixTime.From(new DateTimeOffset(isDate ? new DateTime(year, month, day, hour, minute, second) : new DateTime(1980, 1, 1)));
    }

    private static IndexEntry ReadLink(IndexEntry entry, ZipRecord record, ZipContent content)
    {
        // One byte more than there should be, so that the end, where the checksum is, is met.
        var most = entry.Size <= ArchiveReading.LongestName ? entry.Size + 1 : throw ZipContent.Damaged(record, "a link is implausibly long");
        var target = LocalEntry.ReadAll(buffer => ForeignData.Decode(() => content.Read(buffer)), most);
        return target.Length == entry.Size
            ? entry with { Facts = entry.Facts with { LinkTarget = PathText.FromBytes(target), Size = 0 } }
            : throw ZipContent.Damaged(record, "it is not as long as it says");
    }
}
