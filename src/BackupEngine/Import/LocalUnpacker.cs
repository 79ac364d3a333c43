using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Progress;
using CloudBackup.Restore;

namespace CloudBackup.Import;

/// <summary>Writes entries as they pass by: files at once, folders and links when all files are there.</summary>
/// <param name="target">Writes them, and refuses what leads outside.</param>
/// <param name="name">The source, for messages.</param>
/// <param name="counters">Counts.</param>
/// <param name="place">Where they are written.</param>
/// <param name="defaults">What entries get that the source does not tell of them.</param>
internal sealed class LocalUnpacker(RestoreTarget target, string name, RunCounters counters, UnpackTarget place, LocalDefaults defaults)
{
    /// <summary>Files from this length on are written only when they fit on the disk: so an archive that blows itself up is told at once.</summary>
    private const long LargeFile = 16 * 1024 * 1024;

    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly List<IndexEntry> _rest = [];
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private long _special;

    /// <summary>Writes all entries.</summary>
    /// <exception cref="BackupException">An entry leads outside, is not as long as it says, or does not fit on the disk.</exception>
    public void Run(IEnumerable<LocalEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var found in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            counters.AddEntries(1);
            var entry = found.IsOwned ? found.Entry : found.Entry with { UserId = defaults.UserId, GroupId = defaults.GroupId };
            PathOrder.AddFolders(_named, entry.Path);
            switch (entry.Kind)
            {
                case EntryKind.File:
                    Write(entry, found, cancellationToken);
                    break;
                case EntryKind.Special:
                    _special++;
                    break;
                default:
                    _rest.Add(entry);
                    break;
            }
        }
        AddImpliedFolders();
        // Other programs write entries in any order; a folder gets its times when nothing below it changes any more.
        target.Finish(_rest.OrderBy(entry => entry.Path.Replace('/', '\0'), StringComparer.Ordinal), cancellationToken);
        if (_special > 0)
        {
            place.Observer.OnWarning($"{_special} sockets, pipes and devices are left out.");
        }
    }

    /// <summary>Many archivers write no entries for folders, or not for all.</summary>
    private void AddImpliedFolders()
    {
        _named.ExceptWith(_rest.Where(entry => entry.Kind == EntryKind.Directory).Select(entry => entry.Path));
        _rest.AddRange(_named.Select(defaults.FolderOf));
    }

    private void Write(IndexEntry entry, LocalEntry found, CancellationToken cancellationToken)
    {
        if (entry.Size >= LargeFile && !entry.IsSparse)
        {
            FolderCheck.RequireSpace(place.Folder.Path, place.Destination, entry.Size);
        }
        using var file = target.BeginFile(entry);
        long length = 0;
        while (found.Read(_buffer) is > 0 and var count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            length += count;
            if (length > entry.Size)
            {
                break;
            }
            file?.Write(_buffer.AsSpan(0, count));
            counters.AddSourceBytes(count);
        }
        if (length > entry.Size || (found.IsSizeExact && length != entry.Size))
        {
            throw BackupErrors.ImportUnreadable(name, $"'{PathText.ForDisplay(entry.Path)}' is not as long as it says.", null);
        }
        file?.Complete();
    }
}
