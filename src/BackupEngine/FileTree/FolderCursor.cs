namespace CloudBackup.FileTree;

/// <summary>
/// Moves through a tree from folder to folder, and keeps the chain of open folders on the way: neighbours in a backup share most of it. A symbolic
/// link is never passed. Not thread-safe; one per thread.
/// </summary>
/// <param name="root">The root; stays the caller's.</param>
/// <param name="makes">Whether folders are made when they are missing.</param>
/// <param name="onLeave">Called with a folder and its metadata when the cursor leaves it for good, innermost first.</param>
/// <param name="onMade">Called with each folder that was missing.</param>
internal sealed class FolderCursor(
    DirectoryNode root, bool makes, Action<DirectoryNode, EntryMetadata>? onLeave = null, Action<DirectoryNode>? onMade = null) : IDisposable
{
    private readonly FolderChain _chain = new(root);
    private readonly List<Step> _steps = [];

    /// <summary>Opens the folder of a path (with parts separated by slashes; empty for the root). Valid until the next move.</summary>
    public DirectoryNode MoveTo(string folder)
    {
        var parts = folder.Length == 0 ? [] : folder.Split('/');
        var shared = 0;
        while (shared < parts.Length && shared < _steps.Count && _steps[shared].Name == parts[shared])
        {
            shared++;
        }
        LeaveTo(shared);
        for (var i = shared; i < parts.Length; i++)
        {
            _chain.Push(parts[i], Enter(parts[i]));
            _steps.Add(new Step(parts[i]));
        }
        return _chain.Last;
    }

    /// <summary>Notes the metadata that the present folder gets when it is left.</summary>
    public void SetMetadataOnLeave(EntryMetadata metadata) => _steps[^1].Metadata = metadata;

    /// <summary>Leaves all folders.</summary>
    public void LeaveAll() => LeaveTo(0);

    /// <summary>Closes all folders without calling anybody.</summary>
    public void Dispose()
    {
        _chain.Dispose();
        _steps.Clear();
    }

    private void LeaveTo(int depth)
    {
        while (_steps.Count > depth)
        {
            var step = _steps[^1];
            if (step.Metadata is { } metadata)
            {
                onLeave?.Invoke(_chain.Last, metadata);
            }
            _steps.RemoveAt(_steps.Count - 1);
            Leave();
        }
    }

    /// <summary>Whoever needs a folder that was not found again on the way up is told then; the way on may lead elsewhere.</summary>
    private void Leave()
    {
        try
        {
            _chain.Pop();
        }
        catch (FileTreeException failure) when (failure.MeansGone)
        {
            // FolderChain.Last says so again.
        }
    }

    private DirectoryNode Enter(string name)
    {
        if (!makes)
        {
            return _chain.Last.OpenDirectory(name);
        }
        var folder = _chain.Last.OpenOrMake(name, out var wasMissing);
        if (wasMissing)
        {
            onMade?.Invoke(folder);
        }
        return folder;
    }

    private sealed class Step(string name)
    {
        public string Name { get; } = name;

        public EntryMetadata? Metadata { get; set; }
    }
}
