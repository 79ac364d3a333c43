using System.Buffers;
using System.Buffers.Binary;

namespace CloudBackup.FileTree.Linux;

/// <summary>A folder of a Linux file system, held by its file descriptor.</summary>
internal sealed unsafe partial class LinuxDirectory : DirectoryNode
{
    private const int EntryBufferSize = 64 * 1024;
    private const int LongestPath = 4096;
    private const int NameOffset = 19; // struct linux_dirent64: ino 8, off 8, reclen 2, type 1, name

    private readonly int _file;

    private LinuxDirectory(int file, FolderPath location)
        : base(location) => _file = file;

    /// <summary>Opens a folder by its path; symbolic links on the way are followed, as for any path that a user gives.</summary>
    public static LinuxDirectory OpenPath(string path)
    {
        fixed (byte* bytes = CString.FromPath(path))
        {
            var file = LibC.OpenAt(LibC.CurrentDirectory, bytes, LibC.OpenDirectoryOnly | LibC.OpenCloseOnExec, 0);
            return file >= 0 ? new LinuxDirectory(file, new FolderPath(null, path)) : throw Errno.Last("open the folder", path);
        }
    }

    /// <inheritdoc/>
    public override string HandlePath => $"/proc/self/fd/{_file}";

    /// <inheritdoc/>
    public override FileFacts ReadFacts() => LinuxFacts.TryRead(_file) ?? throw Errno.Last("examine", Path);

    /// <inheritdoc/>
    public override ulong? ReadLastingIdentity() =>
        ReadFileSystem().Type is LibC.FatMagic or LibC.ExFatMagic or LibC.CifsMagic or LibC.SmbMagic or LibC.FuseMagic or LibC.OverlayMagic
            ? null
            : ReadFacts().Inode;

    /// <inheritdoc/>
    public override bool HasOwners() =>
        ReadFileSystem().Type is not (LibC.FatMagic or LibC.ExFatMagic or LibC.CifsMagic or LibC.SmbMagic or LibC.FuseMagic or LibC.Ntfs3Magic);

    /// <inheritdoc/>
    public override bool HasAccessList() => LinuxAttributes.HasAccessList(_file);

    /// <inheritdoc/>
    public override void RemoveAccessLists() => LinuxAttributes.RemoveAccessLists(_file);

    /// <inheritdoc/>
    public override NameRules ReadNameRules()
    {
        var result = ReadFileSystem();
        var rules = result.Type switch
        {
            LibC.FatMagic or LibC.ExFatMagic => NameRules.Windows,
            LibC.CifsMagic or LibC.SmbMagic => NameRules.WindowsShare,
            LibC.FuseMagic => NameRules.Posix with { IsCertain = false },
            _ => NameRules.Posix,
        };
        // Some layered file systems take shorter names than the 255 bytes of all others; vfat counts in other units and takes more.
        return rules with { LongestName = (int)Math.Clamp(result.LongestName, 64, rules.LongestName) };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ReadNames(CancellationToken cancellationToken)
    {
        var names = new NameList();
        var buffer = ArrayPool<byte>.Shared.Rent(EntryBufferSize);
        try
        {
            if (LibC.Seek(_file, 0, 0) < 0)
            {
                throw Errno.Last("list the folder", Path);
            }
            fixed (byte* start = buffer)
            {
                while (true)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var count = LibC.GetDirectoryEntries(_file, start, EntryBufferSize);
                    if (count < 0)
                    {
                        throw Errno.Last("list the folder", Path);
                    }
                    if (count == 0)
                    {
                        break;
                    }
                    AddNames(buffer.AsSpan(0, (int)count), names);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        names.Sort();
        return names;
    }

    /// <inheritdoc/>
    public override FileFacts Stat(string name)
    {
        Span<byte> buffer = stackalloc byte[CString.NameSize];
        CString.WriteName(name, buffer, "examine", this);
        LibC.StatxResult result;
        fixed (byte* bytes = buffer)
        {
            return LibC.Statx(_file, bytes, LibC.AtSymbolicLinkNoFollow, LibC.StatxBasic, &result) == 0
                ? LinuxFacts.From(result)
                : throw Errno.Last("examine", Child(name));
        }
    }

    /// <inheritdoc/>
    public override DirectoryNode OpenDirectory(string name)
    {
        var file = Open(name, LibC.OpenDirectoryOnly | LibC.OpenNoFollow, "open the folder");
        return new LinuxDirectory(file, Location.Child(name));
    }

    /// <inheritdoc/>
    public override DirectoryNode OpenAbove(FolderPath location)
    {
        fixed (byte* bytes = ".."u8)
        {
            var file = LibC.OpenAt(_file, bytes, LibC.OpenDirectoryOnly | LibC.OpenCloseOnExec, 0);
            return file >= 0 ? new LinuxDirectory(file, location) : throw Errno.Last("open the folder", location.ToString());
        }
    }

    /// <inheritdoc/>
    public override DirectoryNode OpenBelow(string path)
    {
        if (path.Contains('/') && path.Length < LongestPath)
        {
            Span<byte> buffer = stackalloc byte[LongestPath];
            if (PathText.CountBytes(path) < buffer.Length)
            {
                buffer[PathText.Encode(path, buffer)] = 0;
                var how = new LibC.OpenHow
                {
                    Flags = (ulong)(LibC.OpenDirectoryOnly | LibC.OpenCloseOnExec),
                    Resolve = LibC.ResolveBeneathWithoutLinks,
                };
                fixed (byte* bytes = buffer)
                {
                    var file = (int)LibC.OpenAt2(LibC.OpenAt2Number, _file, bytes, &how, sizeof(LibC.OpenHow));
                    if (file >= 0)
                    {
                        return new LinuxDirectory(file, Location.Child(path));
                    }
                }
            }
        }
        // An old kernel, a long path, or something that is not there: step by step tells which.
        return base.OpenBelow(path);
    }

    /// <inheritdoc/>
    public override ReadableFile OpenFile(string name)
    {
        // Non-blocking: a pipe that took the file's place since it was listed must not hang us.
        const int Flags = LibC.OpenReadOnly | LibC.OpenNonBlocking;
        int file;
        try
        {
            file = Open(name, Flags | LibC.OpenNoFollow | LibC.OpenNoAccessTime, "read");
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.AccessDenied)
        {
            // Only the owner and root may leave the access time alone.
            file = Open(name, Flags | LibC.OpenNoFollow, "read");
        }
        return LinuxReadableFile.Adopt(file, Child(name));
    }

    /// <inheritdoc/>
    public override string ReadLink(string name)
    {
        Span<byte> buffer = stackalloc byte[CString.NameSize];
        CString.WriteName(name, buffer, "read the link", this);
        Span<byte> target = stackalloc byte[4097];
        fixed (byte* bytes = buffer, to = target)
        {
            var length = LibC.ReadLinkAt(_file, bytes, to, (nuint)target.Length);
            return length >= 0 ? PathText.FromBytes(target[..(int)length]) : throw Errno.Last("read the link", Child(name));
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ExtendedAttribute> ReadAttributes() =>
        LinuxAttributes.HasNone(_file) ? [] : LinuxAttributes.Read(_file, Path);

    /// <inheritdoc/>
    public override IReadOnlyList<ExtendedAttribute> ReadLinkAttributes(string name) => LinuxAttributes.ReadLink(_file, name, Child(name));

    /// <inheritdoc/>
    protected override void Close() => _ = LibC.Close(_file);

    private LibC.StatFsResult ReadFileSystem()
    {
        LibC.StatFsResult result;
        return LibC.StatFs(_file, &result) == 0 ? result : throw Errno.Last("examine the file system of", Path);
    }

    private int Open(string name, int flags, string operation)
    {
        Span<byte> buffer = stackalloc byte[CString.NameSize];
        CString.WriteName(name, buffer, operation, this);
        fixed (byte* bytes = buffer)
        {
            var file = LibC.OpenAt(_file, bytes, flags | LibC.OpenCloseOnExec, 0);
            return file >= 0 ? file : throw Errno.Last(operation, Child(name));
        }
    }

    private static void AddNames(ReadOnlySpan<byte> entries, NameList names)
    {
        while (!entries.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(entries[16..]);
            if (!BitConverter.IsLittleEndian)
            {
                length = BinaryPrimitives.ReverseEndianness(length);
            }
            var name = entries[NameOffset..length];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                names.Add(name);
            }
            entries = entries[length..];
        }
    }
}
