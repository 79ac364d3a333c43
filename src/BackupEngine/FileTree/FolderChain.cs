namespace CloudBackup.FileTree;

/// <summary>
/// The folders from a root down to the present one. Only the deepest of them are open: a tree may have more levels than a process may have
/// open files. A folder that was closed on the way down is opened again on the way up, through its child, and must be the same one: whoever
/// moves folders while a walk is below them leads it nowhere else. Not thread-safe.
/// </summary>
/// <param name="root">The root; stays the caller's.</param>
internal sealed class FolderChain(DirectoryNode root) : IDisposable
{
    private const int MostOpen = 48;

    private readonly List<Level> _levels = [];

    /// <summary>How many folders below the root are in the chain.</summary>
    public int Count => _levels.Count;

    /// <summary>The deepest folder; the root when the chain is empty.</summary>
    /// <exception cref="FileTreeException">It was not found again on the way up.</exception>
    public DirectoryNode Last => _levels.Count == 0 ? root : _levels[^1].Node ?? throw Lost(_levels[^1]);

    /// <summary>Adds a folder that is in <see cref="Last"/>. From here on it is the chain's.</summary>
    public void Push(string name, DirectoryNode folder)
    {
        if (_levels.Count >= MostOpen && _levels[^MostOpen] is { Node: { HandlePath: not null } above } level)
        {
            level.Identity = above.ReadFacts().Identity;
            level.Path = above.Location;
            level.Node = null;
            above.Dispose();
        }
        _levels.Add(new Level(name, folder));
    }

    /// <summary>Closes the deepest folder and goes back to the one above it.</summary>
    /// <exception cref="FileTreeException">That one cannot be found again. It is in the chain all the same, and can only be left.</exception>
    public void Pop()
    {
        var left = _levels[^1];
        _levels.RemoveAt(_levels.Count - 1);
        try
        {
            if (_levels.Count > 0 && _levels[^1].Node is null)
            {
                _levels[^1].Node = Reopen(left.Node, _levels[^1]);
            }
        }
        finally
        {
            left.Node?.Dispose();
        }
    }

    /// <summary>Closes all folders.</summary>
    public void Dispose()
    {
        _levels.ForEach(level => level.Node?.Dispose());
        _levels.Clear();
    }

    private DirectoryNode Reopen(DirectoryNode? child, Level wanted)
    {
        if (child is not null && Try(() => child.OpenAbove(wanted.Path!), wanted) is { } above)
        {
            return above;
        }
        // The child was moved; the folder itself may still be where it was.
        return Try(() => root.OpenBelow(string.Join('/', _levels.Select(level => level.Name))), wanted)
            ?? throw Lost(wanted);
    }

    private static FileTreeException Lost(Level level) =>
        new(FileTreeErrorKind.NotFound, "read", level.Path!.ToString(), "it was moved or removed meanwhile");

    private static DirectoryNode? Try(Func<DirectoryNode> open, Level wanted)
    {
        DirectoryNode? found = null;
        try
        {
            found = open();
            if (found.ReadFacts().Identity == wanted.Identity)
            {
                return found;
            }
        }
        catch (FileTreeException failure) when (failure.MeansGone)
        {
            // It may be found another way.
        }
        found?.Dispose();
        return null;
    }

    private sealed class Level(string name, DirectoryNode node)
    {
        public string Name => name;

        public DirectoryNode? Node { get; set; } = node;

        public FolderPath? Path { get; set; }

        public (ulong Device, ulong Inode) Identity { get; set; }
    }
}
