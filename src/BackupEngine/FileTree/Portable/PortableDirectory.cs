using System.Buffers;

namespace CloudBackup.FileTree.Portable;

/// <summary>
/// A folder by its path, with .NET's own means: for systems other than 64-bit Linux. Owners, hard links, extended attributes, holes and
/// names that are not valid Unicode are not carried.
/// </summary>
internal sealed class PortableDirectory : DirectoryNode
{
    private static readonly SearchValues<char> NoNameCharacters =
        SearchValues.Create(OperatingSystem.IsWindows() ? "/\0\\:*?\"<>|" : "/\0");

    private PortableDirectory(string path)
        : base(new FolderPath(null, path))
    {
    }

    /// <summary>Opens a folder by its path.</summary>
    public static PortableDirectory OpenPath(string path) => PortableErrors.Run("open the folder", path, () =>
    {
        if (Directory.Exists(path))
        {
            return new PortableDirectory(System.IO.Path.GetFullPath(path));
        }
        throw File.Exists(path)
            ? new FileTreeException(FileTreeErrorKind.WrongKind, "open the folder", path, "it is no folder")
            : new FileTreeException(FileTreeErrorKind.NotFound, "open the folder", path, "there is no such folder");
    });

    /// <inheritdoc/>
    public override FileFacts ReadFacts() => PortableErrors.Run("examine", Path, () => PortableFacts.Of(Path));

    /// <inheritdoc/>
    public override NameRules ReadNameRules() => NameRules.Windows with
    {
        ForbiddenCharacters = OperatingSystem.IsWindows() ? NameRules.Windows.ForbiddenCharacters : "",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<string> ReadNames(CancellationToken cancellationToken) => PortableErrors.Run("list the folder", Path, () =>
    {
        cancellationToken.ThrowIfCancellationRequested();
        var names = Directory.GetFileSystemEntries(Path).Select(entry => System.IO.Path.GetFileName(entry)).ToArray();
        var keys = Array.ConvertAll(names, PathText.ToBytes);
        Array.Sort(keys, names, Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y)));
        return names;
    });

    /// <inheritdoc/>
    public override FileFacts Stat(string name) => PortableErrors.Run("examine", Child(name), () => PortableFacts.Of(Inside(name)));

    /// <inheritdoc/>
    public override DirectoryNode OpenDirectory(string name)
    {
        var facts = Stat(name);
        return facts.Kind switch
        {
            EntryKind.Directory => OpenPath(Inside(name)),
            EntryKind.SymbolicLink => throw new FileTreeException(FileTreeErrorKind.IsLink, "open the folder", Child(name), "it is a link"),
            _ => throw new FileTreeException(FileTreeErrorKind.WrongKind, "open the folder", Child(name), "it is no folder"),
        };
    }

    /// <inheritdoc/>
    public override ReadableFile OpenFile(string name) => PortableErrors.Run("read", Child(name), () =>
    {
        var facts = Stat(name);
        return facts.Kind == EntryKind.File
            ? new PortableReadableFile(
                File.OpenHandle(Inside(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Child(name), facts)
            : throw new FileTreeException(FileTreeErrorKind.WrongKind, "read", Child(name), "it is no longer a regular file");
    });

    /// <inheritdoc/>
    public override string ReadLink(string name) => PortableErrors.Run("read the link", Child(name), () =>
        new FileInfo(Inside(name)).LinkTarget
            ?? throw new FileTreeException(FileTreeErrorKind.WrongKind, "read the link", Child(name), "it is no link"));

    /// <inheritdoc/>
    public override IReadOnlyList<ExtendedAttribute> ReadAttributes() => [];

    /// <inheritdoc/>
    public override IReadOnlyList<ExtendedAttribute> ReadLinkAttributes(string name) => [];

    /// <inheritdoc/>
    public override void MakeDirectory(string name, bool isShared = false) => PortableErrors.Run("make the folder", Child(name), () =>
    {
        RefuseExisting(name, "make the folder");
        Directory.CreateDirectory(Inside(name));
    });

    /// <inheritdoc/>
    public override WritableFile CreateFile(string name) => PortableErrors.Run("create", Child(name), () =>
    {
        RefuseExisting(name, "create");
        return new PortableWritableFile(File.OpenHandle(Inside(name), FileMode.CreateNew, FileAccess.ReadWrite), Child(name));
    });

    /// <inheritdoc/>
    public override void MakeSymbolicLink(string name, string target) =>
        PortableErrors.Run("make the symbolic link", Child(name), () => File.CreateSymbolicLink(Inside(name), target));

    /// <inheritdoc/>
    public override void MakeHardLink(string name, DirectoryNode existing, string existingName) =>
        throw new FileTreeException(FileTreeErrorKind.NotSupported, "make the hard link", Child(name), "not supported on this system");

    /// <inheritdoc/>
    public override void RemoveFile(string name) => PortableErrors.Run("remove", Child(name), () =>
    {
        _ = Stat(name);
        File.Delete(Inside(name));
    });

    /// <inheritdoc/>
    public override void RemoveDirectory(string name) =>
        PortableErrors.Run("remove the folder", Child(name), () => Directory.Delete(Inside(name)));

    /// <inheritdoc/>
    public override void Rename(string name, DirectoryNode destination, string newName, RenameMode mode) =>
        PortableErrors.Run("rename", Child(name), () =>
        {
            var to = ((PortableDirectory)destination).Inside(newName);
            switch (Stat(name).Kind)
            {
                case var _ when mode == RenameMode.Exchange:
                    throw new FileTreeException(FileTreeErrorKind.NotSupported, "swap", Child(name), "not supported on this system");
                case EntryKind.Directory:
                    Directory.Move(Inside(name), to);
                    break;
                default:
                    File.Move(Inside(name), to, overwrite: mode == RenameMode.Replace);
                    break;
            }
        });

    /// <inheritdoc/>
    public override void ApplyMetadata(in EntryMetadata metadata, MetadataLosses losses)
    {
        var wanted = metadata;
        PortableErrors.Run("set the mode and time of", Path, () => Apply(new DirectoryInfo(Path), wanted));
    }

    /// <inheritdoc/>
    public override void SetTime(UnixTime modified) => PortableErrors.Run(
        "set the time of", Path, () => Directory.SetLastWriteTimeUtc(Path, modified.ToDateTimeOffset().UtcDateTime));

    /// <inheritdoc/>
    public override void ApplyLinkMetadata(string name, in EntryMetadata metadata, MetadataLosses losses)
    {
        var wanted = metadata.Modified.ToDateTimeOffset().UtcDateTime;
        PortableErrors.Run("set the time of", Child(name), () => new FileInfo(Inside(name)) { LastWriteTimeUtc = wanted });
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // .NET has no means to flush a folder; Windows journals renames by itself.
    }

    /// <inheritdoc/>
    public override void FlushFileSystem()
    {
        foreach (var path in Directory.EnumerateFiles(Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            PortableErrors.Run("flush", path, () =>
            {
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
                RandomAccess.FlushToDisk(file);
            });
        }
    }

    /// <summary>Sets mode (where there is one) and time.</summary>
    internal static void Apply(FileSystemInfo info, in EntryMetadata metadata)
    {
        info.LastWriteTimeUtc = metadata.Modified.ToDateTimeOffset().UtcDateTime;
        if (!OperatingSystem.IsWindows())
        {
            info.UnixFileMode = (UnixFileMode)metadata.Mode;
        }
    }

    /// <inheritdoc/>
    protected override void Close()
    {
    }

    private string Inside(string name)
    {
        var bad = name is "" or "." or ".." || name.AsSpan().ContainsAny(NoNameCharacters) || PathText.HasRawBytes(name);
        return bad
            ? throw new FileTreeException(FileTreeErrorKind.NotSupported, "use", Child(name), "this system has no such file names")
            : System.IO.Path.Join(Path, name);
    }

    private void RefuseExisting(string name, string operation)
    {
        if (new FileInfo(Inside(name)) is { } info && (info.Exists || Directory.Exists(info.FullName) || info.LinkTarget is not null))
        {
            throw new FileTreeException(FileTreeErrorKind.AlreadyExists, operation, Child(name), "it exists already");
        }
    }
}
