using System.Globalization;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Infrastructure;
using CloudBackup.Reading;
using CloudBackup.Restore;

namespace CloudBackup;

/// <content>The items inside backups.</content>
public sealed partial class AppBackupService
{
    private const int LongestName = 256;

    /// <summary>Lists items of a backup in the order in which they are stored. Only the backup's index is read.</summary>
    /// <param name="id">The backup.</param>
    /// <param name="filters">Which items.</param>
    /// <param name="onItem">Is given each item.</param>
    /// <param name="observer">Is told of steps.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <exception cref="BackupException">There is no such backup, or none of an item that was named; or the storage failed.</exception>
    public Task ReadItemsAsync(
        string id, IReadOnlyList<BackupItemFilter> filters, Action<BackupItem> onItem, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var record = Find(id);
        return _operations.RunAsync(
            OperationKind.Items,
            id,
            observer,
            (scope, token) => new StoredBackups(_context, _storages).UseAsync(record, scope, (backup, _) =>
            {
                var selection = ItemSelection.Make(id, backup.ReadEntries, filters, token);
                foreach (var entry in backup.ReadEntries().Where(entry => selection.Takes(entry.Path)))
                {
                    token.ThrowIfCancellationRequested();
                    onItem(ItemOf(id, entry));
                }
                return Task.FromResult(true);
            }, token),
            cancellationToken);
    }

    /// <summary>Restores items of a backup to a folder, under their paths in the backup.</summary>
    /// <param name="id">The backup.</param>
    /// <param name="filters">Which items.</param>
    /// <param name="destination">The folder; made when it is missing. What is in it stays.</param>
    /// <param name="replace">Whether files that are there already are replaced.</param>
    /// <param name="onFile">Is given each file and link that was restored.</param>
    /// <param name="observer">Is told of steps.</param>
    /// <param name="cancellationToken">Stops the restore.</param>
    /// <exception cref="BackupException">It failed, and the destination has nothing of the items.</exception>
    public Task RestoreItemsAsync(
        string id,
        IReadOnlyList<BackupItemFilter> filters,
        string destination,
        bool replace,
        Action<FileInfo> onFile,
        IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        var request = new ItemRestoreRequest(filters, Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination)), replace);
        return _operations.RunAsync(
            OperationKind.Items,
            id,
            observer,
            (scope, token) => new ItemRestorer(_context, _storages).RunAsync(Find(id), request, onFile, scope, token),
            cancellationToken);
    }

    private static BackupItem ItemOf(string id, IndexEntry entry) => new()
    {
        BackupId = id,
        Path = PathText.ForDisplay(entry.Path),
        RawPath = entry.Path,
        Type = entry.Kind switch
        {
            EntryKind.Directory => BackupItemType.Directory,
            EntryKind.SymbolicLink => BackupItemType.SymbolicLink,
            EntryKind.HardLink => BackupItemType.HardLink,
            _ => BackupItemType.File,
        },
        Size = entry.Size,
        Modified = entry.Facts.Modified.ToDateTimeOffset(),
        IsModifiedClamped = UnixTime.From(entry.Facts.Modified.ToDateTimeOffset()).Seconds != entry.Facts.Modified.Seconds,
        Mode = Convert.ToString(entry.Facts.Mode, 8).PadLeft(4, '0'),
        Owner = entry.Facts.UserName.Length > 0 ? OutsideText.Clean(entry.Facts.UserName, LongestName) : entry.Facts.UserId.ToString(CultureInfo.InvariantCulture),
        Group = entry.Facts.GroupName.Length > 0 ? OutsideText.Clean(entry.Facts.GroupName, LongestName) : entry.Facts.GroupId.ToString(CultureInfo.InvariantCulture),
        Target = entry.LinkTarget is { } target ? PathText.ForDisplay(target) : null,
        Sha256 = entry.Sha256 is { } hash ? Convert.ToHexStringLower(hash) : null,
    };
}
