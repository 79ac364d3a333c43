using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Objects;
using CloudBackup.Reading;

namespace CloudBackup.Import;

/// <summary>What <c>fsmetadata.json</c> says of a path, and what the folder holds there; one of them may be missing.</summary>
internal readonly record struct FolderPair(IndexEntry? Entry, FolderItem? Item);

/// <summary>
/// Brings together what <c>fsmetadata.json</c> says and what the folder holds. Both come in the same order, so neither is in memory.
/// </summary>
/// <param name="source">The folder that is imported, for messages.</param>
/// <param name="names">How long its files must be.</param>
internal sealed class FolderPairs(string source, ObjectNames names)
{
    /// <summary>All pairs, in order.</summary>
    /// <exception cref="BackupException">They contradict each other, or an entry leads outside.</exception>
    public IEnumerable<FolderPair> Run(IEnumerable<IndexEntry> entries, IEnumerable<FolderItem> items)
    {
        using var told = InOrder(entries).GetEnumerator();
        using var found = items.Where(item => item.Facts.Kind != EntryKind.Special && item.Path != FsMetadataWriter.Path).GetEnumerator();
        var (hasEntry, hasItem) = (told.MoveNext(), found.MoveNext());
        while (hasEntry || hasItem)
        {
            var order = !hasEntry ? 1 : !hasItem ? -1 : PathOrder.Compare(told.Current.Path, found.Current.Path);
            yield return Check(new FolderPair(order <= 0 ? told.Current : null, order >= 0 ? found.Current : null));
            hasEntry = order <= 0 ? told.MoveNext() : hasEntry;
            hasItem = order >= 0 ? found.MoveNext() : hasItem;
        }
    }

    private IEnumerable<IndexEntry> InOrder(IEnumerable<IndexEntry> entries)
    {
        var last = "";
        foreach (var entry in entries)
        {
            if (EntryRules.FindFault(entry) is { } fault)
            {
                throw BackupErrors.BackupHostile(source, entry.Path, fault);
            }
            if (last.Length > 0 && PathOrder.Compare(last, entry.Path) >= 0)
            {
                throw BackupErrors.ImportMetadataDiffers(source, FsMetadataWriter.Path, entry.Path, "stands there in the wrong place");
            }
            yield return entry;
            last = entry.Path;
        }
    }

    private FolderPair Check(FolderPair pair)
    {
        if (pair.Entry is not { } entry)
        {
            return pair;
        }
        if (pair.Item is not { } item)
        {
            return entry.Kind == EntryKind.File ? throw BackupErrors.ImportMetadataDiffers(source, FsMetadataWriter.Path, entry.Path, "is missing") : pair;
        }
        if (item.Facts.Kind != entry.Kind)
        {
            throw BackupErrors.ImportMetadataDiffers(source, FsMetadataWriter.Path, entry.Path, "is of another kind");
        }
        return entry.Kind == EntryKind.File && item.Facts.Size != names.StoredSize(entry.Size)
            ? throw BackupErrors.ImportMetadataDiffers(source, FsMetadataWriter.Path, entry.Path, "has another length: it is cut, or was changed")
            : pair;
    }
}
