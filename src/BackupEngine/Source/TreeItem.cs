using CloudBackup.FileTree;

namespace CloudBackup.Source;

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
