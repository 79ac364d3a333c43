using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>
/// One thing that goes into a backup, whatever the format: its path inside the backup, its facts, and for a file the means to open it.
/// Disposing releases what opening needs.
/// </summary>
internal abstract class SourceItem(string path, FileFacts facts) : IDisposable
{
    /// <summary>The path inside the backup, such as <c>data/pictures/a.jpg</c>.</summary>
    public string Path { get; } = path;

    /// <summary>What the item was when it was listed; a file's facts are read again when it is opened.</summary>
    public FileFacts Facts { get; } = facts;

    /// <summary>The target of a symbolic link, or the backup path of the file or link that a hard link is another name of.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Whether the item has content, or may have to carry that of a file it is another name of, should the file's first name vanish.</summary>
    public bool MayHaveContent { get; init; } = facts.Kind is EntryKind.File or EntryKind.HardLink;

    /// <summary>The extended attributes of a folder or link; those of a file are read when it is opened.</summary>
    public IReadOnlyList<ExtendedAttribute> Attributes { get; init; } = [];

    /// <summary>The tree that the item was found in, where it can be looked for again later; null for generated items.</summary>
    public virtual SourceTree? Tree => null;

    /// <summary>The item as one that can only be read as a stream; null for all that can be opened.</summary>
    public virtual StreamItem? AsStream => null;

    /// <summary>Opens a file's content. Only for <see cref="EntryKind.File"/>, and not for a stream.</summary>
    /// <exception cref="FileTreeException">It cannot be opened.</exception>
    public abstract ReadableFile Open();

    /// <summary>What the backup says of the item.</summary>
    /// <param name="facts">What the file system says of it now.</param>
    /// <param name="attributes">Its extended attributes.</param>
    /// <param name="owners">Names of users and groups.</param>
    public EntryFacts Describe(in FileFacts facts, IReadOnlyList<ExtendedAttribute> attributes, OwnerNames owners) =>
        EntryFacts.Of(Path, facts, LinkTarget, attributes, owners);

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>A tree that goes into a backup.</summary>
/// <param name="Root">Its root; stays open until the backup is made.</param>
/// <param name="Path">What the root is called in the backup, such as <c>data</c>.</param>
internal sealed record SourceTree(DirectoryNode Root, string Path)
{
    private readonly (ulong Device, ulong Inode) _identity = Root.ReadFacts().Identity;

    /// <summary>
    /// Makes sure that the root is still the folder that it was, by handle and by path. What it held is gone with it when it was unmounted,
    /// replaced or removed, and would else count as files that vanish one by one.
    /// </summary>
    /// <exception cref="BackupException">It is not.</exception>
    public void Check()
    {
        try
        {
            using var now = LocalFileSystem.OpenReal(Root.Path);
            if (Root.ReadFacts().Identity != _identity || now.ReadFacts().Identity != _identity)
            {
                throw new FileTreeException(FileTreeErrorKind.NotFound, "read", Root.Path, "another folder, or none, has taken its place");
            }
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.SourceLost(failure);
        }
    }

    /// <summary>Whether an item, looked for from the root anew, is not there.</summary>
    public bool HasLost(string path)
    {
        try
        {
            _ = Stat(path);
            return false;
        }
        catch (FileTreeException failure)
        {
            return failure.MeansGone;
        }
    }

    /// <summary>What is at a path of the backup, looked for from the root anew.</summary>
    /// <exception cref="FileTreeException">Nothing can be found there.</exception>
    public FileFacts Stat(string path)
    {
        var inside = path[(Path.Length + 1)..];
        var slash = inside.LastIndexOf('/');
        using var folder = slash < 0 ? Root.AddReference() : Root.OpenBelow(inside[..slash]);
        return folder.Stat(inside[(slash + 1)..]);
    }
}

/// <summary>An item of the source tree. Keeps its folder open until it is disposed.</summary>
internal sealed class TreeItem(
    SourceTree tree, string path, FileFacts facts, DirectoryNode? parent, string name, ReadableFile? opened = null)
    : SourceItem(path, facts)
{
    private DirectoryNode? _parent = parent?.AddReference();
    private ReadableFile? _opened = opened;

    /// <inheritdoc/>
    public override SourceTree? Tree => tree;

    /// <inheritdoc/>
    public override ReadableFile Open()
    {
        if (Interlocked.Exchange(ref _opened, null) is { } opened)
        {
            return opened;
        }
        ObjectDisposedException.ThrowIf(_parent is null, this);
        return _parent.OpenFile(name);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Interlocked.Exchange(ref _opened, null)?.Dispose();
        Interlocked.Exchange(ref _parent, null)?.Dispose();
        base.Dispose();
    }
}
