using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;
using CloudBackup.Swapping;

namespace CloudBackup.Reading;

/// <summary>
/// Writes a backup's entries below a folder: files as their contents come, on all workers; then, in one pass over the index, links, and
/// the metadata of folders when nothing in them changes any more. Links are made after all files, so no file is ever written through one.
/// </summary>
/// <param name="root">The folder, ours alone.</param>
/// <param name="id">The backup, for messages.</param>
/// <param name="isTrusted">Whether set-id bits and file capabilities are believed.</param>
/// <param name="destination">What the user named, for messages.</param>
internal sealed partial class RestoreTarget(DirectoryNode root, string id, bool isTrusted, string destination) : IEntryTarget, IDisposable
{
    private readonly ThreadLocal<FolderCursor> _cursors = new(() => new FolderCursor(root, makes: true), trackAllValues: true);
    private string? _doubt;
    private long _withheld;
    private long _missing;

    /// <summary>Whether the folder has what an interrupted restore of the same backup has left: whole files, cut ones, links.</summary>
    public bool IsResumed { get; init; }

    /// <summary>What metadata could not be set.</summary>
    public MetadataLosses Losses { get; } = new();

    /// <summary>How many files lost set-id bits or capabilities because the backup is not known to be ours.</summary>
    public long Withheld => Interlocked.Read(ref _withheld);

    /// <summary>How many entries could not be restored because the backup does not hold their content.</summary>
    public long Missing => Interlocked.Read(ref _missing);

    /// <inheritdoc/>
    public bool HasContent(IndexEntry entry, CancellationToken cancellationToken)
    {
        if (!IsResumed || entry.IsIncomplete || EntryRules.FindFault(entry) is not null)
        {
            return false;
        }
        var (folder, name) = Split(entry.Path);
        try
        {
            if (!RestoredFile.IsWhole(_cursors.Value!.MoveTo(folder), name, entry, cancellationToken))
            {
                return false;
            }
        }
        catch (FileTreeException)
        {
            return false; // writing it meets the same failure, and reports it
        }
        Check(entry);
        return true;
    }

    /// <inheritdoc/>
    public IFileTarget? BeginFile(IndexEntry entry)
    {
        Check(entry);
        if (entry.IsIncomplete)
        {
            Interlocked.Increment(ref _missing);
            return null;
        }
        var (folder, name) = Split(entry.Path);
        try
        {
            var parent = _cursors.Value!.MoveTo(folder);
            RemoveOld(parent, name);
            return new FileTarget(this, entry, parent.CreateFile(name));
        }
        catch (FileTreeException failure)
        {
            throw Translate(entry, failure);
        }
    }

    /// <inheritdoc/>
    public void OnDamaged(IndexEntry entry, string reason) =>
        throw BackupErrors.BackupDamaged(id, $"'{PathText.ForDisplay(entry.Path)}': {reason}.");

    /// <inheritdoc/>
    public void OnDoubt(string reason) => _doubt = reason;

    /// <summary>Makes folders and links, and sets the folders' metadata.</summary>
    public void Finish(IEnumerable<IndexEntry> entries, CancellationToken cancellationToken)
    {
        using var cursor = new FolderCursor(root, makes: true, (node, metadata) => node.ApplyMetadata(metadata, Losses));
        using var targets = new FolderCursor(root, makes: true);
        foreach (var entry in entries.Where(entry => entry.Kind != EntryKind.File))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Check(entry);
            try
            {
                FinishEntry(entry, cursor, targets);
            }
            catch (FileTreeException failure)
            {
                throw Translate(entry, failure);
            }
        }
        try
        {
            cursor.LeaveAll();
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DestinationUnusable(destination, failure);
        }
    }

    /// <summary>Tells what could not be restored as it was.</summary>
    public void Report(IOperationObserver observer)
    {
        foreach (var loss in Losses.Describe())
        {
            observer.OnWarning(loss);
        }
        if (_doubt is not null)
        {
            observer.OnWarning($"The backup {id} was restored completely, but {_doubt}. Check its storage, and make a new backup.");
        }
        if (Withheld > 0)
        {
            observer.OnWarning(
                $"{Withheld} files were restored without their set-user-id, set-group-id or capability bits, or attributes in security.* and "
                + "trusted.*: this platform did not make the backup, and cannot tell who set them.");
        }
        if (Missing > 0)
        {
            observer.OnWarning($"{Missing} entries are not restored: the backup is Partial and does not hold them.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var cursor in _cursors.Values)
        {
            cursor.Dispose();
        }
        _cursors.Dispose();
        _ordered?.Dispose();
    }

    private void FinishEntry(IndexEntry entry, FolderCursor cursor, FolderCursor targets)
    {
        var metadata = EntryRules.MetadataFor(entry, isTrusted);
        var (folder, name) = Split(entry.Path);
        switch (entry.Kind)
        {
            case EntryKind.Directory:
                cursor.MoveTo(entry.Path);
                cursor.SetMetadataOnLeave(metadata);
                break;
            case EntryKind.SymbolicLink:
                var parent = cursor.MoveTo(folder);
                RemoveOld(parent, name);
                parent.MakeSymbolicLink(name, entry.LinkTarget!);
                parent.ApplyLinkMetadata(name, metadata, Losses);
                break;
            default:
                MakeHardLink(entry, cursor.MoveTo(folder), name, targets);
                break;
        }
    }

    private void MakeHardLink(IndexEntry entry, DirectoryNode parent, string name, FolderCursor targets)
    {
        var (folder, targetName) = Split(entry.LinkTarget!);
        RemoveOld(parent, name);
        try
        {
            parent.MakeHardLink(name, targets.MoveTo(folder), targetName);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            // The file it names could not be read when the backup was made, and is told of as missing.
            Interlocked.Increment(ref _missing);
        }
    }

    private void RemoveOld(DirectoryNode parent, string name)
    {
        if (IsResumed)
        {
            TreeRemoval.Remove(parent, name);
        }
    }

    private void Check(IndexEntry entry)
    {
        if (EntryRules.FindFault(entry) is { } fault)
        {
            throw BackupErrors.BackupHostile(id, entry.Path, fault);
        }
        if (!isTrusted && EntryRules.GivesRightsAway(entry))
        {
            Interlocked.Increment(ref _withheld);
        }
    }

    private BackupException Translate(IndexEntry entry, FileTreeException failure) => failure.Kind switch
    {
        // In a folder of our own only the backup itself can have put something there before.
        FileTreeErrorKind.AlreadyExists or FileTreeErrorKind.IsLink or FileTreeErrorKind.WrongKind =>
            BackupErrors.BackupHostile(id, entry.Path, "another entry stands in its way"),
        _ => BackupErrors.DestinationUnusable(destination, failure),
    };

    private static (string Folder, string Name) Split(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
    }

    private sealed class FileTarget(RestoreTarget owner, IndexEntry entry, WritableFile file) : ISparseFileTarget
    {
        private const int HoleGranularity = 64 * 1024;

        private long _offset;

        public void Write(ReadOnlySpan<byte> data)
        {
            try
            {
                if (entry.IsSparse)
                {
                    WriteSparse(data);
                }
                else
                {
                    file.Write(data, _offset);
                }
            }
            catch (FileTreeException failure)
            {
                throw owner.Translate(entry, failure);
            }
            _offset += data.Length;
        }

        public void Skip(long length) => _offset += length;

        public void Complete()
        {
            try
            {
                if (entry.IsSparse)
                {
                    file.SetLength(entry.Size);
                }
                file.ApplyMetadata(EntryRules.MetadataFor(entry, isTrusted: owner.IsTrusted), owner.Losses);
            }
            catch (FileTreeException failure)
            {
                throw owner.Translate(entry, failure);
            }
        }

        public void Dispose() => file.Dispose();

        /// <summary>Leaves out stretches of zeros: what is not written of a new file is a hole.</summary>
        private void WriteSparse(ReadOnlySpan<byte> data)
        {
            for (var at = 0; at < data.Length;)
            {
                // Stretches are counted from the file's start, so that they fall on the same borders however the data is cut.
                var length = (int)Math.Min(data.Length - at, HoleGranularity - ((_offset + at) % HoleGranularity));
                var stretch = data.Slice(at, length);
                if (stretch.ContainsAnyExcept((byte)0))
                {
                    file.Write(stretch, _offset + at);
                }
                at += length;
            }
        }
    }

    private bool IsTrusted => isTrusted;
}
