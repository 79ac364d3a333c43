using CloudBackup.Formats.Tar;

namespace CloudBackup.Import;

/// <summary>What kind of archive a file is.</summary>
internal enum ArchiveKind
{
    /// <summary>None that is known.</summary>
    Unknown,

    /// <summary>A bare tar archive.</summary>
    Tar,

    /// <summary>Something compressed with gzip.</summary>
    Gzip,

    /// <summary>Something compressed with bzip2.</summary>
    BZip2,

    /// <summary>A zip archive.</summary>
    Zip,
}

/// <summary>Tells by a file's first bytes what it is.</summary>
internal static class ArchiveKinds
{
    /// <summary>Bytes that are looked at.</summary>
    public const int Length = TarFormat.BlockSize;

    private const string SevenZip = "7z x {0} -oFOLDER";

    private static readonly (int Offset, byte[] Magic, string Name, string Command)[] Others =
    [
        (0, [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "an xz file", "xz -dc {0} > FILE"),
        (0, [0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file", "zstd -dc {0} > FILE"),
        (0, [0x04, 0x22, 0x4D, 0x18], "an LZ4 file", "lz4 -dc {0} > FILE"),
        (0, [0x02, 0x21, 0x4C, 0x18], "an LZ4 file", "lz4 -dc {0} > FILE"),
        (0, [.. "LZIP"u8], "an lzip file", "lzip -dc {0} > FILE"),
        (0, [0x5D, 0, 0], "an lzma file", "xz -dc --format=lzma {0} > FILE"),
        (0, [0x1F, 0x9D], "a file of compress (.Z)", "gzip -dc {0} > FILE"),
        (0, [0x1F, 0xA0], "a file of compress -H", "gzip -dc {0} > FILE"),
        (0, [0x1F, 0x1E], "a file of pack (.z)", "gzip -dc {0} > FILE"),
        (0, [0x89, (byte)'L', (byte)'Z', (byte)'O', 0], "an lzop file", "lzop -dc {0} > FILE"),
        (0, [.. "LRZI"u8], "an lrzip file", "lrzip -d -o FILE {0}"),
        (0, [0xFF, 0x06, 0, 0, (byte)'s', (byte)'N', (byte)'a', (byte)'P', (byte)'p', (byte)'Y'], "a Snappy file", "snzip -dc {0} > FILE"),
        (0, [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", SevenZip),
        (0, [.. "Rar!"u8, 0x1A, 0x07], "a RAR archive", "unrar x {0} FOLDER/"),
        (0, [.. "MSCF"u8], "a cabinet (.cab)", "cabextract -d FOLDER {0}"),
        (0, [.. "!<arch>\ndebian"u8], "a Debian package", "dpkg-deb -x {0} FOLDER"),
        (0, [.. "!<arch>\n"u8], "an ar archive", "ar x --output FOLDER {0}"),
        (0, [0xED, 0xAB, 0xEE, 0xDB], "an RPM package", "bsdtar -C FOLDER -xf {0}"),
        (0, [.. "070701"u8], "a cpio archive", "cpio -idm -D FOLDER < {0}"),
        (0, [.. "070702"u8], "a cpio archive", "cpio -idm -D FOLDER < {0}"),
        (0, [.. "070707"u8], "a cpio archive", "cpio -idm -D FOLDER < {0}"),
        (0, [0xC7, 0x71], "a cpio archive", "cpio -idm -D FOLDER < {0}"),
        (0, [0x71, 0xC7], "a cpio archive", "cpio -idm -D FOLDER < {0}"),
        (0, [.. "xar!"u8], "a xar archive", "bsdtar -C FOLDER -xf {0}"),
        (0, [.. "MSWIM\0\0\0"u8], "a WIM image", SevenZip),
        (0, [.. "hsqs"u8], "a SquashFS image", "unsquashfs -d FOLDER {0}"),
        (0, [0x60, 0xEA], "an ARJ archive", SevenZip),
        (2, [.. "-lh"u8], "an LHA archive", SevenZip),
        (20, [0xDC, 0xA7, 0xC4, 0xFD], "a zoo archive", "unar {0}"),
        (0, [.. "MZ"u8], "a program, perhaps an archive that unpacks itself", SevenZip),
    ];

    /// <summary>What kind of archive begins so. A tar archive's checksum tells more than two letters, which may begin a file's name.</summary>
    public static ArchiveKind Of(PeekStream start) =>
        IsTar(start.Start) ? ArchiveKind.Tar
        : start.StartsWith([0x1F, 0x8B]) ? ArchiveKind.Gzip
        : start.StartsWith("BZh"u8) ? ArchiveKind.BZip2
        : start.StartsWith("PK"u8) ? ArchiveKind.Zip
        : ArchiveKind.Unknown;

    /// <summary>The failure that tells what a file is which cannot be read here.</summary>
    /// <param name="start">The file, or what is compressed in it.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="isCompressed">Whether the archive is compressed in the file.</param>
    public static BackupException Refuse(PeekStream start, string path, bool isCompressed)
    {
        if (start.Start.IsEmpty)
        {
            return BackupErrors.ImportUnreadable(path, "It is empty.", null);
        }
        var (name, command) = Find(start.Start);
        if (name is null && IsZstdFrame(start.Start))
        {
            (name, command) = ("a Zstandard file", "zstd -dc {0} > FILE");
        }
        if (name is null || command is null)
        {
            return BackupErrors.ImportFormatUnknown(path);
        }
        return BackupErrors.ImportFormatUnsupported(path, name, string.Format(System.Globalization.CultureInfo.InvariantCulture, command, Quote(path)), isCompressed);
    }

    private static (string? Name, string? Command) Find(ReadOnlySpan<byte> start)
    {
        foreach (var (offset, magic, name, command) in Others)
        {
            if (start.Length > offset && start[offset..].StartsWith(magic))
            {
                return (name, command);
            }
        }
        return (null, null);
    }

    private static bool IsTar(ReadOnlySpan<byte> start) => start.Length == TarFormat.BlockSize
        && (!start.ContainsAnyExcept((byte)0) || TarChecksum.IsRight(start));

    /// <summary>Frames that are passed over may come first: 16 numbers stand for them.</summary>
    private static bool IsZstdFrame(ReadOnlySpan<byte> start) =>
        start.Length > 4 && start[0] is >= 0x50 and <= 0x5F && start[1..].StartsWith((ReadOnlySpan<byte>)[0x2A, 0x4D, 0x18]);

    private static string Quote(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
