using CloudBackup.FileTree;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Source;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>Finds the files of a plan again, in its order: the folders on the way stay open from one file to the next. Not thread-safe.</summary>
internal sealed class SourceFinder(PlanOrigins origins) : IDisposable
{
    private FolderCursor? _folders;
    private SourceTree? _tree;

    /// <summary>A file, ready to be opened; the caller disposes it.</summary>
    /// <exception cref="FileTreeException">A folder on the way is gone, or is none any more.</exception>
    public SourceItem Find(PlanLine record)
    {
        if (origins.FindTree(record) is not { } tree)
        {
            return new Borrowed(origins.Generated(record));
        }
        if (tree != _tree)
        {
            _folders?.Dispose();
            (_tree, _folders) = (tree, new FolderCursor(tree.Root, makes: false));
        }
        var inside = record.Path[(tree.Path.Length + 1)..];
        var slash = inside.LastIndexOf('/');
        return new TreeItem(tree, record.Path, record.Facts, _folders!.MoveTo(slash < 0 ? "" : inside[..slash]), inside[(slash + 1)..]);
    }

    /// <inheritdoc/>
    public void Dispose() => _folders?.Dispose();

    /// <summary>A generated item, which stays its owner's to dispose.</summary>
    private sealed class Borrowed(SourceItem inner) : SourceItem(inner.Path, inner.Facts)
    {
        public override StreamItem? AsStream => inner.AsStream;

        public override ReadableFile Open() => inner.Open();
    }
}
