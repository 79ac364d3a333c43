namespace CloudBackup.FileTree.Linux;

/// <summary>Turns <c>statx</c> answers into <see cref="FileFacts"/>.</summary>
internal static class LinuxFacts
{
    /// <summary>The facts of an open file or folder.</summary>
    public static FileFacts Of(int file, string path) => TryRead(file) ?? throw Errno.Last("examine", path);

    /// <summary>The facts of an open file or folder; null, and an error number, when the system does not give them.</summary>
    public static unsafe FileFacts? TryRead(int file)
    {
        byte empty = 0;
        LibC.StatxResult result;
        return LibC.Statx(file, &empty, LibC.AtEmptyPath, LibC.StatxBasic, &result) == 0 ? From(result) : null;
    }

    /// <summary>The facts of what a path leads to.</summary>
    public static unsafe FileFacts OfTarget(string path)
    {
        fixed (byte* bytes = CString.FromPath(path))
        {
            LibC.StatxResult result;
            return LibC.Statx(LibC.CurrentDirectory, bytes, 0, LibC.StatxBasic, &result) == 0 ? From(result) : throw Errno.Last("examine", path);
        }
    }

    /// <summary>Translates one answer.</summary>
    public static FileFacts From(in LibC.StatxResult result)
    {
        var kind = (result.Mode & LibC.ModeKindMask) switch
        {
            LibC.ModeRegular => EntryKind.File,
            LibC.ModeDirectory => EntryKind.Directory,
            LibC.ModeSymbolicLink => EntryKind.SymbolicLink,
            _ => EntryKind.Special,
        };
        return new FileFacts
        {
            Kind = kind,
            Mode = result.Mode & 0xFFF,
            UserId = result.UserId,
            GroupId = result.GroupId,
            Size = kind == EntryKind.File ? (long)result.Size : 0,
            Allocated = (long)result.Blocks * 512,
            Modified = new UnixTime(result.Modified.Seconds, (int)result.Modified.Nanoseconds),
            Changed = new UnixTime(result.Changed.Seconds, (int)result.Changed.Nanoseconds),
            Inode = result.Inode,
            Device = ((ulong)result.DeviceMajor << 32) | result.DeviceMinor,
            LinkCount = result.LinkCount,
            IsMountPoint = (result.Attributes & LibC.AttributeMountRoot) != 0,
        };
    }
}
