using CloudBackup.FileTree;

namespace CloudBackup.Backup.Source;

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

    /// <summary>The target of a symbolic link, or the backup path of the file that a hard link is another name of.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>The extended attributes of a folder or link; those of a file are read when it is opened.</summary>
    public IReadOnlyList<ExtendedAttribute> Attributes { get; init; } = [];

    /// <summary>The tree that the item was found in, where it can be looked for again later; null for generated items.</summary>
    public virtual SourceTree? Tree => null;

    /// <summary>Opens a file's content. Only for <see cref="EntryKind.File"/>.</summary>
    /// <exception cref="FileTreeException">It cannot be opened.</exception>
    public abstract ReadableFile Open();

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>A tree that goes into a backup.</summary>
/// <param name="Root">Its root; stays open until the backup is made.</param>
/// <param name="Path">What the root is called in the backup, such as <c>data</c>.</param>
internal sealed record SourceTree(DirectoryNode Root, string Path);

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
