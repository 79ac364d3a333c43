namespace CloudBackup.Formats.Tar;

/// <summary>
/// Offsets and values of POSIX.1-2001 pax archives: ustar header blocks, preceded by extended headers where a value does not fit.
/// Source: IEEE Std 1003.1, pax, "pax Interchange Format"; extended attributes as <c>SCHILY.xattr.*</c> records, which GNU tar, bsdtar
/// and star share.
/// </summary>
internal static class TarFormat
{
    public const int BlockSize = 512;

    public const int NameOffset = 0;
    public const int NameLength = 100;
    public const int ModeOffset = 100;
    public const int UserIdOffset = 108;
    public const int GroupIdOffset = 116;
    public const int IdLength = 8;
    public const int SizeOffset = 124;
    public const int SizeLength = 12;
    public const int ModifiedOffset = 136;
    public const int ModifiedLength = 12;
    public const int ChecksumOffset = 148;
    public const int ChecksumLength = 8;
    public const int TypeOffset = 156;
    public const int LinkNameOffset = 157;
    public const int MagicOffset = 257;
    public const int UserNameOffset = 265;
    public const int GroupNameOffset = 297;
    public const int OwnerNameLength = 32;
    public const int PrefixOffset = 345;
    public const int PrefixLength = 155;

    public const byte FileType = (byte)'0';
    public const byte OldFileType = 0;
    public const byte HardLinkType = (byte)'1';
    public const byte SymbolicLinkType = (byte)'2';
    public const byte DirectoryType = (byte)'5';
    public const byte ContiguousFileType = (byte)'7';
    public const byte ExtendedHeaderType = (byte)'x';
    public const byte GlobalHeaderType = (byte)'g';
    public const byte GnuLongNameType = (byte)'L';
    public const byte GnuLongLinkType = (byte)'K';
    public const byte GnuDumpFolderType = (byte)'D';
    public const byte GnuContinuedType = (byte)'M';
    public const byte GnuSparseType = (byte)'S';
    public const byte GnuLabelType = (byte)'V';
    public const byte SolarisExtendedHeaderType = (byte)'X';

    public const int GnuSparseOffset = 386;
    public const int GnuSparseInHeader = 4;
    public const int GnuSparseExtendedOffset = 482;
    public const int GnuRealSizeOffset = 483;
    public const int GnuSparseInExtension = 21;
    public const int GnuExtensionExtendedOffset = 504;

    /// <summary>star has a shorter prefix, with times behind it, and this at the end of the block.</summary>
    public const int StarMagicOffset = 508;
    public const int StarPrefixLength = 131;

    /// <summary>The largest number that an octal field of 12 bytes holds: 8 GiB − 1.</summary>
    public const long LargestOctal12 = 0x1_FFFF_FFFF;

    /// <summary>The largest number that an octal field of 8 bytes holds.</summary>
    public const long LargestOctal8 = 0x1F_FFFF;

    /// <summary>The end of an archive: two blocks of zeros.</summary>
    public const int EndLength = 2 * BlockSize;

    public const string AttributePrefix = "SCHILY.xattr.";
    public const string LibarchiveAttributePrefix = "LIBARCHIVE.xattr.";

    /// <summary><paramref name="size"/> rounded up to whole blocks.</summary>
    public static long Padded(long size) => (size + BlockSize - 1) / BlockSize * BlockSize;
}
