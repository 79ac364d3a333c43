using CloudBackup.Catalog;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Storage;
using CloudBackup.Swapping;

namespace CloudBackup.Cleanup;

/// <summary>Removes what no backup needs.</summary>
internal sealed class LeftOverRemoval(EngineContext context, BackupSite site, IBackupStorage storage, IOperationObserver observer)
{
    /// <summary>Removes one thing, unless it is needed again by now.</summary>
    /// <exception cref="StorageException">The storage failed; the next cleanup finds what is left.</exception>
    public async Task RemoveAsync(CleanupLeftOver item, CancellationToken cancellationToken)
    {
        if (item.Restore is { } restore)
        {
            RemoveRestore(item, restore);
            return;
        }
        if (item.AppId is { } appId)
        {
            await RemoveSnapshotAsync(item, appId, cancellationToken).ConfigureAwait(false);
            return;
        }
        observer.OnStep($"Removing {item} from {site.Name}.");
        if (item.Upload is { } upload)
        {
            await storage.As<IPartialUploads>()!.RemovePartialAsync(upload, cancellationToken).ConfigureAwait(false);
            return;
        }
        if (item.Kind == CleanupLeftOverKind.Probe)
        {
            var objects = storage.ListAsync(item.Path, recursive: true, cancellationToken).Select(found => found.Path);
            await ObjectRemoval.RemoveEveryAsync(storage, objects, cancellationToken).ConfigureAwait(false);
        }
        await RemoveFoldersAsync(item.Path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the folders in which there is no object, from the innermost ones on.</summary>
    private async Task RemoveFoldersAsync(string top, CancellationToken cancellationToken)
    {
        var folders = new Stack<string>([top]);
        while (folders.TryPop(out var folder))
        {
            var inside = await storage.ListAsync(folder, recursive: false, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
            if (inside.Count == 0)
            {
                // Removing an object also removes the folders that are empty without it; this one is not there.
                await storage.RemoveAsync($"{folder}/{BackupNames.NoObject}", cancellationToken).ConfigureAwait(false);
            }
            foreach (var item in inside.Where(item => item.IsFolder))
            {
                folders.Push(item.Path);
            }
        }
    }

    private void RemoveRestore(CleanupLeftOver item, RestoreJournalEntry restore)
    {
        observer.OnStep($"Removing {item}.");
        if (UnfinishedRestores.Remove(context, restore, observer) is { } user)
        {
            observer.OnWarning($"'{item.Path}' is left for the next cleanup: the app is in use: {user}.");
        }
    }

    private async Task RemoveSnapshotAsync(CleanupLeftOver item, Guid appId, CancellationToken cancellationToken)
    {
        using var appLock = AppLock.TryTake(context, appId, "cleanup", out var user);
        if (appLock is null)
        {
            observer.OnWarning($"On {site.Name}, {item} is left for the next cleanup: the app is in use: {user}.");
            return;
        }
        if (context.Apps.Contains(appId))
        {
            return;
        }
        observer.OnStep($"Removing {item} from {site.Name}.");
        await ObjectRemoval.RemoveEveryAsync(storage, ListSnapshot(item.Path, appId, cancellationToken), cancellationToken).ConfigureAwait(false);
        var left = await ObjectRemoval.RemoveRestAsync(
            storage, () => ListSnapshot(item.Path, appId, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (left.FirstOrDefault() is { } failure)
        {
            throw failure.Reason;
        }
        if (storage.As<ISweepPartials>() is { } sweeper)
        {
            await sweeper.SweepPartialsAsync(item.Path, cancellationToken).ConfigureAwait(false);
        }
        // Last, so that a cleanup that fails before finds the app here again.
        RememberedSnapshots.Forget(context.Home, site, appId);
    }
    private IAsyncEnumerable<string> ListSnapshot(string path, Guid appId, CancellationToken cancellationToken)
    {
        var beside = storage.ListAsync(BackupNames.SnapshotFolder, recursive: false, cancellationToken)
            .Where(found => !found.IsFolder && RememberedSnapshots.AppOf(found.Name) == appId);
        var inside = storage.ListAsync(path, recursive: true, cancellationToken);
        var running = storage.ListAsync(BackupNames.RunningFolderOf(path), recursive: true, cancellationToken);
        return inside.Concat(running).Concat(beside).Select(found => found.Path);
    }
}
