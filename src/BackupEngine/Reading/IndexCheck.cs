using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Objects;
using CloudBackup.Layout;
using CloudBackup.Source;

namespace CloudBackup.Reading;

/// <summary>
/// Looks at the index of a backup as a whole, before anything is written or called valid: a restore and a test go through the same rules.
/// Entries are sorted in files, so memory does not depend on their number (I10).
/// </summary>
/// <param name="info">The backup's record.</param>
/// <param name="spoolFolder">A local folder of this run.</param>
/// <param name="onFault">Gets each entry that a restore refuses, and why; an entry without a path stands for the whole.</param>
internal sealed class IndexCheck(BackupInfo info, string spoolFolder, Action<IndexEntry, string> onFault) : IDisposable
{
    /// <summary>A backup has a handful of folders at its top.</summary>
    private const int MostTops = 1000;

    // An entry sorts before the links to it.
    private readonly LineSorter<NamedPath> _sorted = new(spoolFolder, "index", (x, y) => x.IsTarget.CompareTo(y.IsTarget));
    private readonly HashSet<string> _tops = new(StringComparer.Ordinal);
    private readonly HashSet<string> _required = new(
        info.Type == BackupType.App ? [AppConfig.Path, AppConfig.DataPath] : [PlatformConfig.Path, PlatformConfig.DatabasePath],
        StringComparer.Ordinal);

    private readonly bool _isInWalkOrder = BackupFormats.FactsOf(info.Format).IndexIsInWalkOrder;
    private bool _hasFault;
    private string _lastOther = "";
    private string _last = "";
    private long _count;
    private long _bytes;

    /// <summary>The sizes of all files that were checked, added up.</summary>
    public long SourceBytes => _bytes;

    /// <summary>What does not agree with the record, though every entry is right: earlier versions counted files that vanished. Null when all does.</summary>
    public string? Doubt => _bytes == info.SourceSize || _hasFault
        ? null
        : $"The record of the backup {info.Id} says {info.SourceSize} bytes, and its entries have {_bytes}. Each entry is checked with its own size and hash.";

    /// <summary>Checks all entries.</summary>
    /// <exception cref="BackupException">The index is malformed.</exception>
    public void Run(IEnumerable<IndexEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(entry);
        }
        if (_count != info.FileCount)
        {
            Report("", $"the index has {_count} entries with {_bytes} bytes, and the backup's record says {info.FileCount} and {info.SourceSize}");
        }
        foreach (var missing in _required)
        {
            Report("", $"it has no '{missing}'");
        }
        CheckTree(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _sorted.Dispose();

    private void Add(IndexEntry entry)
    {
        _count++;
        if ((EntryRules.FindFault(entry) ?? EntryRules.FindStoredFault(entry, info.State) ?? FindSizeFault(entry) ?? FindSecretFault(entry)
            ?? FindDisorder(entry)) is { } fault)
        {
            _hasFault = true;
            onFault(entry, fault);
            return;
        }
        _bytes += entry.Kind == EntryKind.File ? entry.Size : 0;
        if (entry.Kind == (entry.Path == AppConfig.DataPath ? EntryKind.Directory : EntryKind.File) && !entry.IsIncomplete)
        {
            _required.Remove(entry.Path);
        }
        _sorted.Add(new NamedPath(entry.Path, entry.Kind, null));
        if (entry.Kind == EntryKind.HardLink)
        {
            _sorted.Add(new NamedPath(entry.LinkTarget!, EntryKind.HardLink, entry.Path));
        }
    }

    /// <summary>The sizes are limited before they are added up, and before anything computes with one.</summary>
    private string? FindSizeFault(IndexEntry entry)
    {
        if (entry.Kind == EntryKind.File && entry.Size > info.SourceSize - _bytes)
        {
            return "its size is more than the backup's record says of all entries";
        }
        return entry.Path is AppConfig.Path or PlatformConfig.Path && entry.Size > UnpackedContent.LargestConfig
            ? "it is longer than any configuration"
            : null;
    }

    private string? FindSecretFault(IndexEntry entry) => info.Type == BackupType.App ? null : SecretRules.FindFault(entry);

    /// <summary>
    /// Folders get their times when they are left, so none may be entered twice; and some formats compare their objects with the index in the
    /// order of a walk.
    /// </summary>
    private string? FindDisorder(IndexEntry entry)
    {
        const string Disorder = "it is not where a walk over the source meets it";
        if (entry.Path == FsMetadataWriter.Path)
        {
            return null;
        }
        if (_isInWalkOrder)
        {
            if (PathOrder.Compare(_last, entry.Path) > 0)
            {
                return Disorder;
            }
            _last = entry.Path;
        }
        if (entry.Kind == EntryKind.File)
        {
            return null;
        }
        var top = Top(entry.Path);
        var isSame = _lastOther.Length > 0 && Top(_lastOther) == top;
        if (isSame ? PathOrder.Compare(_lastOther, entry.Path) > 0 : _tops.Count == MostTops || !_tops.Add(top))
        {
            return Disorder;
        }
        _lastOther = entry.Path;
        return null;
    }

    /// <summary>Each path once, folders where something is inside, and files or symbolic links where hard links point to.</summary>
    private void CheckTree(CancellationToken cancellationToken)
    {
        var above = new Stack<NamedPath>();
        // The entry itself sorts before the links to it, so each of those is judged as it comes: there can be any number.
        var path = "";
        EntryKind? kind = null;
        foreach (var named in _sorted.ReadSorted())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (named.Path != path)
            {
                (path, kind) = (named.Path, null);
            }
            if (named.Link is { } link)
            {
                CheckLink(link, path, kind);
            }
            else if (kind is not null)
            {
                Report(named.Path, "another entry has the same path");
            }
            else
            {
                kind = named.Kind;
                CheckWay(named, above);
            }
        }
    }

    private void CheckWay(NamedPath named, Stack<NamedPath> above)
    {
        while (above.TryPeek(out var folder) && !PathOrder.IsInside(named.Path, folder.Path))
        {
            above.Pop();
        }
        if (above.TryPeek(out var parent) && parent.Kind != EntryKind.Directory)
        {
            Report(named.Path, $"'{PathText.ForDisplay(parent.Path)}' is in its way, and is not a folder");
            return;
        }
        above.Push(named);
    }

    /// <summary>
    /// A Partial backup may lack the file that other names belong to: the restore counts them as missing. A symbolic link is made in the order of
    /// the index, so it must come before its further names; a file is there before all links.
    /// </summary>
    private void CheckLink(string link, string target, EntryKind? kind)
    {
        if (kind == EntryKind.SymbolicLink && Top(link) == Top(target) && PathOrder.Compare(target, link) < 0)
        {
            return;
        }
        if (kind != EntryKind.File && (kind is not null || info.State != BackupState.Partial))
        {
            Report(link, $"it is a hard link to '{PathText.ForDisplay(target)}', which is neither a file of the backup nor a symbolic link before it");
        }
    }

    private void Report(string path, string reason)
    {
        _hasFault = true;
        onFault(new IndexEntry { Facts = new EntryFacts { Path = path, Kind = EntryKind.File } }, reason);
    }

    private static string Top(string path) => path.IndexOf('/') is > 0 and var slash ? path[..slash] : path;
}
