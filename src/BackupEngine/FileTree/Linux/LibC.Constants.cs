using System.Runtime.InteropServices;

namespace CloudBackup.FileTree.Linux;

internal static unsafe partial class LibC
{
    public const int CurrentDirectory = -100;

    public const int OpenReadOnly = 0;
    public const int OpenReadWrite = 2;
    public const int OpenCreate = 0x40;
    public const int OpenExclusive = 0x80;
    public const int OpenTruncate = 0x200;
    public const int OpenNonBlocking = 0x800;
    public const int OpenNoAccessTime = 0x40000;
    public const int OpenCloseOnExec = 0x80000;

    /// <summary>O_DIRECTORY and O_NOFOLLOW are numbered differently on ARM and POWER (asm/fcntl.h).</summary>
    private static readonly bool OwnNumbers =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le;

    public static readonly int OpenDirectoryOnly = OwnNumbers ? 0x4000 : 0x10000;
    public static readonly int OpenNoFollow = OwnNumbers ? 0x8000 : 0x20000;

    /// <summary>The number of openat2, the same on every architecture.</summary>
    public const int OpenAt2Number = 437;

    /// <summary>RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH.</summary>
    public const ulong ResolveBeneathWithoutLinks = 0x02 | 0x04 | 0x08;

    /// <summary>FICLONE (linux/fs.h); numbered differently on POWER and MIPS, where it is only an unknown request.</summary>
    public const nuint CloneRequest = 0x40049409;

    public const int AtSymbolicLinkNoFollow = 0x100;
    public const int AtRemoveDirectory = 0x200;
    public const int AtEmptyPath = 0x1000;

    public const int MayEnter = 1;
    public const int MayWrite = 2;
    public const int EffectiveAccess = 0x200;

    public const uint StatxBasic = 0x7FF;

    public const int SeekData = 3;
    public const int SeekHole = 4;

    public const uint RenameNoReplace = 1;
    public const uint RenameExchange = 2;

    public const uint SyncRangeWrite = 2;

    /// <summary>F_OFD_GETLK and F_OFD_SETLK, whose locks belong to the open file; F_GETLK and F_SETLK, whose locks belong to the process.</summary>
    public const int GetOpenFileLock = 36;
    public const int SetOpenFileLock = 37;
    public const int GetProcessLock = 5;
    public const int SetProcessLock = 6;

    public const short SharedLock = 0;
    public const short ExclusiveLock = 1;
    public const short NoLock = 2;

    /// <summary>Types of file systems, from linux/magic.h and statfs(2).</summary>
    public const long FatMagic = 0x4D44;
    public const long ExFatMagic = 0x2011BAB0;
    public const long CifsMagic = 0xFF534D42;
    public const long SmbMagic = 0xFE534D42;
    public const long FuseMagic = 0x65735546;
    public const long Ntfs3Magic = 0x7366746E;
    public const long OverlayMagic = 0x794C7630;

    /// <summary>STATX_ATTR_MOUNT_ROOT; told since Linux 5.8.</summary>
    public const ulong AttributeMountRoot = 0x2000;

    public const int ModeKindMask = 0xF000;
    public const int ModeRegular = 0x8000;
    public const int ModeDirectory = 0x4000;
    public const int ModeSymbolicLink = 0xA000;

    public const int NoSuchEntry = 2;
    public const int Interrupted = 4;
    public const int NoSuchDevice = 6;
    public const int TooBig = 7;
    public const int NotPermitted = 1;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int DeviceBusy = 16;
    public const int EntryExists = 17;
    public const int CrossDevice = 18;
    public const int NotADirectory = 20;
    public const int IsADirectory = 21;
    public const int InvalidArgument = 22;
    public const int NoSpace = 28;
    public const int ReadOnlyFileSystem = 30;
    public const int TooManyHardLinks = 31;
    public const int OutOfRange = 34;
    public const int NameTooLong = 36;
    public const int NotImplemented = 38;
    public const int DirectoryNotEmpty = 39;
    public const int TooManyLinks = 40;
    public const int NoData = 61;
    public const int NotSupported = 95;
    public const int StaleHandle = 116;
    public const int QuotaExceeded = 122;
}
