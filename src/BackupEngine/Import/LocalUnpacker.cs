using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Progress;
using CloudBackup.Restore;

namespace CloudBackup.Import;

/// <summary>Writes entries as they pass by: files at once, folders and links when all files are there.</summary>
/// <param name="target">Writes them, and refuses what leads outside.</param>
/// <param name="name">The source, for messages.</param>
/// <param name="counters">Counts.</param>
internal sealed class LocalUnpacker(RestoreTarget target, string name, RunCounters counters)
{
    private readonly byte[] _buffer = new byte[256 * 1024];

    /// <summary>Writes all entries.</summary>
    /// <exception cref="BackupException">An entry leads outside, or is not as long as it says.</exception>
    public void Run(IEnumerable<LocalEntry> entries, CancellationToken cancellationToken)
    {
        var rest = new List<IndexEntry>();
        foreach (var (entry, read) in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            counters.AddEntries(1);
            if (entry.Kind == EntryKind.File)
            {
                Write(entry, read, cancellationToken);
            }
            else if (entry.Kind != EntryKind.Special)
            {
                rest.Add(entry);
            }
        }
        // Other programs write entries in any order; a folder gets its times when nothing below it changes any more.
        target.Finish(rest.OrderBy(entry => entry.Path.Replace('/', '\0'), StringComparer.Ordinal), cancellationToken);
    }

    private void Write(IndexEntry entry, Func<byte[], int> read, CancellationToken cancellationToken)
    {
        using var file = target.BeginFile(entry);
        long length = 0;
        while (read(_buffer) is > 0 and var count)
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
        if (length != entry.Size)
        {
            throw BackupErrors.ImportUnreadable(name, $"'{PathText.ForDisplay(entry.Path)}' is not as long as it says.", null);
        }
        file?.Complete();
    }
}
