using CloudBackup.Catalog;
using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Reading;
using CloudBackup.Restore;
using CloudBackup.Swapping;

namespace CloudBackup.PlatformRestore;

/// <summary>
/// Restores a platform's extra directories. Each is unpacked beside its place, and takes it when everything is verified; a run that was
/// interrupted is undone first, and done again.
/// </summary>
internal sealed class ExtraDirectoryRestorer(EngineContext context, IOperationObserver observer)
{
    private const string DataName = "data";

    /// <summary>Restores all of them, and returns the journal's entry with what was begun.</summary>
    /// <exception cref="BackupException">The backup is damaged or hostile, or a place cannot take its directory; the old content is there.</exception>
    public async Task<PlatformRestoreEntry> RunAsync(
        OpenedBackup backup, PlatformConfig config, PlatformRestoreEntry entry, SiteLimits limits, CancellationToken cancellationToken)
    {
        entry = UndoInterrupted(entry);
        if (config.ExtraDirectories.Count == 0)
        {
            return entry;
        }
        var swaps = new List<(ExtraDirectory Directory, DataSwap Swap)>();
        try
        {
            foreach (var directory in config.ExtraDirectories)
            {
                entry = Choose(directory, entry, swaps);
            }
            await UnpackAsync(backup, swaps, limits, cancellationToken).ConfigureAwait(false);
            entry = Note(entry, isSwapping: true);
            PartsOf(swaps).Commit(part =>
                observer.OnStep($"Putting the restored content of '{swaps.Find(pair => pair.Swap == part).Directory.Path}' in its place."));
            entry = Note(entry, isSwapping: false);
            CleanUp(swaps.Select(pair => pair.Swap));
            return entry;
        }
        catch (Exception failure)
        {
            PutBack(swaps.ConvertAll(pair => pair.Swap), entry);
            if (failure is IOException or UnauthorizedAccessException)
            {
                var reason = FileTreeException.From("restore", config.ExtraDirectories[0].Path, failure);
                throw BackupErrors.DestinationUnusable(reason.Path, reason);
            }
            throw;
        }
        finally
        {
            swaps.ForEach(pair => pair.Swap.Dispose());
        }
    }

    private PlatformRestoreEntry Choose(ExtraDirectory directory, PlatformRestoreEntry entry, List<(ExtraDirectory, DataSwap)> swaps)
    {
        using var folder = TrustedPath.OpenOrMake(directory.Path);
        var (real, inode) = (folder.Path, folder.ReadLastingIdentity());
        var begun = entry.ExtraDirectories.FirstOrDefault(other => other.Name == directory.Path);
        // What an interrupted run put into an empty folder is the same that comes now.
        var isKept = begun is null ? FolderCheck.IsOccupied(directory.Path) : begun.KeptPath is not null;
        var swap = isKept
            ? KeepingSwap.Choose(real, context.Time.GetUtcNow(), Announce, inode)
            : SwapChoice.Choose(real, Announce, expectedInode: inode);
        swaps.Add((directory, swap));
        swap.MakeStaging();
        return entry;

        void Announce(DataSwap chosen)
        {
            entry = entry with
            {
                ExtraDirectories =
                [
                    .. entry.ExtraDirectories.Where(other => other.Name != directory.Path),
                    new SwappedDirectory(directory.Path, chosen.DataDirectory, chosen.IsWholeFolder, chosen.KeptPath, chosen.StagingId),
                ],
            };
            context.PlatformRestores.Save(entry);
        }
    }

    private async Task UnpackAsync(
        OpenedBackup backup, List<(ExtraDirectory Directory, DataSwap Swap)> swaps, SiteLimits limits, CancellationToken cancellationToken)
    {
        observer.OnStep($"Reading {swaps.Count} extra directories of the platform.");
        var open = new Stack<IDisposable>();
        try
        {
            var roots = swaps.ConvertAll(pair => Opened(pair.Swap.OpenUnpacked()));
            var targets = roots.ConvertAll(root => Opened(new RestoreTarget(root, backup.Info.Id, backup.IsTrusted, root.Path)));
            var routes = swaps.Zip(targets, (pair, target) => new RestoreRoute(pair.Directory.Name, DataName, target)).ToList();
            var routed = new RoutedTarget(backup.Info.Id, routes);
            var counters = new RunCounters();
            using (new ProgressReporter("Restoring the platform", counters, observer, context.Time))
            {
                await backup.ReadAsync(routed, counters, limits, cancellationToken).ConfigureAwait(false);
                routed.Finish(backup.ReadEntries, cancellationToken);
            }
            roots.ForEach(root => root.FlushFileSystem());
        }
        finally
        {
            while (open.TryPop(out var last))
            {
                last.Dispose();
            }
        }
        if (PartsOf(swaps).Prepare() is { } missing)
        {
            throw BackupErrors.BackupDamaged(backup.Info.Id, $"it has no '{swaps.Find(pair => pair.Swap == missing).Directory.Name}'.");
        }

        T Opened<T>(T opened)
            where T : IDisposable
        {
            open.Push(opened);
            return opened;
        }
    }

    /// <summary>Notes whether old and new content may be changing places: from before the first exchange until after the last.</summary>
    private PlatformRestoreEntry Note(PlatformRestoreEntry entry, bool isSwapping)
    {
        entry = entry with { ExtraDirectories = [.. entry.ExtraDirectories.Select(directory => directory with { IsSwapping = isSwapping })] };
        context.PlatformRestores.Save(entry);
        return entry;
    }

    /// <exception cref="BackupException">The old content of a directory is on a disk that is not mounted, or cannot be moved back.</exception>
    private PlatformRestoreEntry UndoInterrupted(PlatformRestoreEntry entry)
    {
        // Where entries change place one by one, nothing is outside the directory.
        var swaps = entry.ExtraDirectories.Where(directory => directory.IsWholeFolder || directory.IsSwapping || Directory.Exists(directory.Path))
            .Select(directory => (directory.IsSwapping, Swap: SwapChoice.Reopen(directory.Path, directory.IsWholeFolder, directory.KeptPath, directory.Staging)))
            .ToList();
        try
        {
            if (swaps.Find(pair => pair.IsSwapping && pair.Swap.IsHidden).Swap is { } hidden)
            {
                throw BackupErrors.InterruptedRestoreHidden(hidden.DataDirectory, hidden.StagingPath, "");
            }
            return PutBack(swaps.ConvertAll(pair => pair.Swap), entry);
        }
        finally
        {
            swaps.ForEach(pair => pair.Swap.Dispose());
        }
    }

    private PlatformRestoreEntry PutBack(List<DataSwap> swaps, PlatformRestoreEntry entry)
    {
        new SwapParts(swaps.FindAll(swap => !swap.IsHidden)).Undo();
        entry = Note(entry, isSwapping: false);
        CleanUp(swaps);
        return entry;
    }

    private static SwapParts PartsOf(List<(ExtraDirectory Directory, DataSwap Swap)> swaps) => new(swaps.ConvertAll(pair => pair.Swap));

    private void CleanUp(IEnumerable<DataSwap> swaps)
    {
        foreach (var swap in swaps)
        {
            try
            {
                swap.CleanUp();
            }
            catch (FileTreeException failure)
            {
                observer.OnWarning($"'{swap.StagingPath}' could not be removed: {failure.Message} Remove it by hand.");
            }
        }
    }
}
