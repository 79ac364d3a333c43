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
