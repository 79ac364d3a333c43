namespace CloudBackup.FileTree.Portable;

/// <summary>What .NET tells of an entry on every system: no owners, no hard links.</summary>
internal static class PortableFacts
{
    private const int DefaultFileMode = 0x1A4; // 0644
    private const int DefaultDirectoryMode = 0x1ED; // 0755

    /// <summary>The facts of the entry at a path; a symbolic link is not followed.</summary>
    public static FileFacts Of(string path)
    {
        var attributes = File.GetAttributes(path);
        FileSystemInfo info = attributes.HasFlag(FileAttributes.Directory) ? new DirectoryInfo(path) : new FileInfo(path);
        var kind = KindOf(info);
        var size = kind == EntryKind.File ? ((FileInfo)info).Length : 0;
        return new FileFacts
        {
            Kind = kind,
            Mode = ModeOf(info, kind),
            Size = size,
            Allocated = size,
            Modified = UnixTime.From(info.LastWriteTimeUtc),
            Changed = UnixTime.From(info.LastWriteTimeUtc),
            LinkCount = 1,
        };
    }

    private static EntryKind KindOf(FileSystemInfo info)
    {
        if (info.LinkTarget is not null)
        {
            return EntryKind.SymbolicLink;
        }
        if (info is DirectoryInfo)
        {
            return EntryKind.Directory;
        }
        return (info.Attributes & FileAttributes.Device) != 0 ? EntryKind.Special : EntryKind.File;
    }

    private static int ModeOf(FileSystemInfo info, EntryKind kind)
    {
        if (!OperatingSystem.IsWindows())
        {
            return (int)info.UnixFileMode;
        }
        return kind == EntryKind.Directory ? DefaultDirectoryMode : DefaultFileMode;
    }
}
