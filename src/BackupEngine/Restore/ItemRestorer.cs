using CloudBackup.Catalog;
using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Reading;
using CloudBackup.Sites;
using CloudBackup.Swapping;

namespace CloudBackup.Restore;

/// <summary>
/// Fetches single items of a backup into a folder, under their paths in the backup. They are unpacked in a hidden folder there, and take
/// their places when all are right. Of an archive only the parts that hold them are read.
/// </summary>
internal sealed class ItemRestorer(EngineContext context, SiteStorage storages)
{
    /// <summary>Restores items.</summary>
    /// <param name="record">The backup.</param>
    /// <param name="request">Which items, and where to.</param>
    /// <param name="onFile">Is given each file and link that was restored.</param>
    /// <param name="observer">Is told of steps.</param>
    /// <param name="cancellationToken">Stops the restore.</param>
    /// <exception cref="BackupException">It failed; the destination has none of the items that it did not have before.</exception>
    public Task RunAsync(
        BackupRecord record, ItemRestoreRequest request, Action<FileInfo> onFile, IOperationObserver observer, CancellationToken cancellationToken)
    {
        return new StoredBackups(context, storages).UseAsync(record, observer, async (backup, site) =>
        {
            BackupDoubt.Warn(backup.Doubt, observer);
            var selection = ItemSelection.Make(backup.Info.Id, backup.ReadEntries, request.Filters, cancellationToken);
            observer.OnStep($"Restoring {selection.Files} files, {selection.Bytes} bytes, of {backup.Info.Id} to '{request.Destination}'.");
            try
            {
                await RestoreAsync(backup, selection, request, site.Limits, observer, cancellationToken).ConfigureAwait(false);
            }
            catch (FileTreeException failure)
            {
                throw BackupErrors.DestinationUnusable(request.Destination, failure);
            }
            foreach (var entry in Mapped(backup, selection).Where(entry => entry.Kind != EntryKind.Directory))
            {
                onFile(new FileInfo(Path.Join(request.Destination, PathText.ForDisplay(entry.Path))));
            }
            return true;
        }, cancellationToken);
    }

    private static IEnumerable<IndexEntry> Mapped(OpenedBackup backup, ItemSelection selection) =>
        backup.ReadEntries().Select(selection.Map).OfType<IndexEntry>();

    private async Task RestoreAsync(
        OpenedBackup backup,
        ItemSelection selection,
        ItemRestoreRequest request,
        SiteLimits limits,
        IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        using var root = TrustedPath.OpenOrMake(request.Destination);
        ItemStaging.Sweep(context, root);
        var merge = new ItemMerge(request.Destination, request.Replace);
        foreach (var entry in Mapped(backup, selection))
        {
            if (EntryRules.FindFault(entry) is { } fault)
            {
                throw BackupErrors.BackupHostile(backup.Info.Id, entry.Path, fault);
            }
            merge.CheckFree(root, entry.Path, entry.Kind);
        }
        using var staging = ItemStaging.Make(context, root);
        using var unpacked = staging.Open();
        await UnpackAsync(backup, selection, unpacked, request.Destination, limits, observer, cancellationToken).ConfigureAwait(false);
        unpacked.FlushFileSystem();
        merge.Run(unpacked, root);
        root.Flush();
    }

    private async Task UnpackAsync(
        OpenedBackup backup,
        ItemSelection selection,
        DirectoryNode unpacked,
        string destination,
        SiteLimits limits,
        IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        using var target = new RestoreTarget(unpacked, backup.Info.Id, backup.IsTrusted, destination);
        var counters = new RunCounters();
        counters.Expect(selection.Bytes);
        using (new ProgressReporter($"Restoring items of {backup.Info.Id}", counters, observer, context.Time))
        {
            await backup.ReadAsync(new MappedTarget(target, selection), counters, limits, selection.NeedsContent, cancellationToken).ConfigureAwait(false);
            target.Finish(Mapped(backup, selection), cancellationToken);
        }
        target.Report(observer);
    }

    /// <summary>Gives contents to the items that they come back as.</summary>
    private sealed class MappedTarget(RestoreTarget inner, ItemSelection selection) : IEntryTarget
    {
        public IFileTarget? BeginFile(IndexEntry entry) => selection.Map(entry) is { } mapped ? inner.BeginFile(mapped) : null;

        public void OnDamaged(IndexEntry entry, string reason) => inner.OnDamaged(entry, reason);
    }
}

/// <summary>Which items of a backup are restored, and where to.</summary>
/// <param name="Filters">Which.</param>
/// <param name="Destination">The folder that gets them, under their paths in the backup.</param>
/// <param name="Replace">Whether files that are there are replaced.</param>
internal sealed record ItemRestoreRequest(IReadOnlyList<BackupItemFilter> Filters, string Destination, bool Replace);
