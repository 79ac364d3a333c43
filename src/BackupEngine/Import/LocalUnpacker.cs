using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Layout;
using CloudBackup.Progress;
using CloudBackup.Reading;
using CloudBackup.Restore;

namespace CloudBackup.Import;

/// <summary>
/// Writes entries as they pass by. Other programs write them in any order, and the same name again: the last one counts. Folders get their
/// times and modes at the end, and so come hard links whose file comes after them.
/// </summary>
/// <param name="target">Writes them, and refuses what leads outside.</param>
/// <param name="name">The source, for messages.</param>
/// <param name="counters">Counts.</param>
/// <param name="place">Where they are written.</param>
/// <param name="defaults">What entries get that the source does not tell of them.</param>
/// <param name="folders">The folders.</param>
internal sealed class LocalUnpacker(
    RestoreTarget target, string name, RunCounters counters, UnpackTarget place, LocalDefaults defaults, LocalFolders folders)
{
    /// <summary>So much is written only when it fits on the disk: so an archive that blows itself up ends before the disk is full.</summary>
    private const long SpaceStep = 16 * 1024 * 1024;

    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly Dictionary<string, IndexEntry> _links = new(StringComparer.Ordinal);
    private readonly HashSet<string> _special = new(StringComparer.Ordinal);
    private long _unchecked;
    private bool _hasConfig;

    /// <summary>The memory that may be kept until the end.</summary>
    public RetainedMemory Memory { get; init; } = RetainedMemory.Of(name);

    /// <summary>Writes all entries.</summary>
    /// <exception cref="BackupException">An entry leads outside, is not as long as it says, or does not fit on the disk.</exception>
    public void Run(IEnumerable<LocalEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var found in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            counters.AddEntries(1);
            var entry = found.IsOwned
                ? found.Entry
                : found.Entry with { Facts = found.Entry.Facts with { UserId = defaults.UserId, GroupId = defaults.GroupId } };
            CheckConfig(entry);
            _links.Remove(entry.Path);
            _special.Remove(entry.Path);
            Unpack(entry, found, cancellationToken);
        }
        MakeLinks(cancellationToken);
        folders.Finish(target, cancellationToken);
        if (_special.Count > 0)
        {
            place.Observer.OnWarning($"{_special.Count} sockets, pipes and devices are left out.");
        }
    }

    /// <summary>The configuration that was looked at before all else must be the one that is there at the end.</summary>
    private void CheckConfig(IndexEntry entry)
    {
        if (entry.Path == AppConfig.Path && (_hasConfig || entry.Kind != EntryKind.File))
        {
            throw BackupErrors.BackupHostile(name, entry.Path, "the configuration of the app must be one file");
        }
        _hasConfig |= entry.Path == AppConfig.Path;
    }

    private void Unpack(IndexEntry entry, LocalEntry found, CancellationToken cancellationToken)
    {
        switch (entry.Kind)
        {
            case EntryKind.File:
                Write(entry, found, cancellationToken);
                break;
            case EntryKind.Directory:
                Memory.Take(entry);
                target.MakeFolder(entry);
                folders.Add(entry);
                break;
            case EntryKind.SymbolicLink:
                target.MakeSymbolicLink(entry);
                break;
            case EntryKind.HardLink when !target.TryMakeHardLink(entry):
                Memory.Take(entry);
                _links[entry.Path] = entry;
                break;
            case EntryKind.Special:
                Memory.Take(entry.Path);
                target.FreeName(entry);
                _special.Add(entry.Path);
                break;
            default:
                break;
        }
    }

    /// <summary>Makes the hard links whose file came after them, each after the one that it leads to.</summary>
    private void MakeLinks(CancellationToken cancellationToken)
    {
        var chain = new Stack<IndexEntry>();
        foreach (var first in _links.Values.ToArray())
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var path = first.Path; _links.Remove(path, out var link); path = link.LinkTarget!)
            {
                chain.Push(link);
            }
            while (chain.TryPop(out var link))
            {
                MakeLink(link);
            }
        }
    }

    private void MakeLink(IndexEntry link)
    {
        if (_special.Contains(link.LinkTarget!))
        {
            _special.Add(link.Path);
        }
        else if (link.LinkTarget == link.Path || !target.TryMakeHardLink(link))
        {
            throw BackupErrors.ImportLinkTargetMissing(name, link.Path, link.LinkTarget!);
        }
    }

    private void Write(IndexEntry entry, LocalEntry found, CancellationToken cancellationToken)
    {
        var stored = found.Sparse?.StoredSize ?? (entry.IsSparse ? 0 : entry.Size);
        RequireSpace(Math.Max(0, stored));
        using var file = target.MakeFile(entry);
        var writer = new SparseWriter(file, found.Sparse);
        long length = 0;
        while (found.Read(_buffer) is > 0 and var count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            length += count;
            if (length > entry.Size)
            {
                break;
            }
            writer.Write(_buffer.AsSpan(0, count));
            counters.AddSourceBytes(count);
        }
        var expected = found.Sparse?.StoredSize ?? entry.Size;
        if (length > expected || (found.IsSizeExact && length != expected))
        {
            throw BackupErrors.ImportUnreadable(name, $"'{PathText.ForDisplay(entry.Path)}' is not as long as it says.", null);
        }
        file.Complete();
    }

    private void RequireSpace(long size)
    {
        _unchecked = size > long.MaxValue - _unchecked ? long.MaxValue : _unchecked + size;
        if (_unchecked >= SpaceStep)
        {
            FolderCheck.RequireSpace(place.Folder.Path, place.Destination, size);
            _unchecked = 0;
        }
    }
}
