using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Reading;
using CloudBackup.Swapping;

namespace CloudBackup.Restore;

/// <summary>
/// Unpacks a whole backup into a folder of its own, checking every hash, and puts the dumps of SQLite databases to their places, so
/// that <c>data</c> is the app's data as it was. When it returns, everything is on the disk.
/// </summary>
internal sealed class BackupUnpacker(EngineContext context, IOperationObserver observer)
{
    /// <summary>Stands until all contents are there, where an interrupted unpacking is gone on with; null where each starts with an empty folder.</summary>
    public UnfinishedMark? Mark { get; init; }

    /// <summary>Unpacks <paramref name="backup"/> into a folder and returns the app's configuration in it.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="limits">What may be used.</param>
    /// <param name="root">The folder; stays the caller's.</param>
    /// <param name="destination">What the user named, for messages.</param>
    /// <param name="activity">For the progress.</param>
    /// <param name="cancellationToken">Stops the unpacking.</param>
    /// <exception cref="BackupException">The backup is damaged or hostile, or the folder cannot take it.</exception>
    public async Task<AppConfig> RunAsync(
        OpenedBackup backup, SiteLimits limits, DirectoryNode root, string destination, string activity, CancellationToken cancellationToken)
    {
        backup.RequireIndex(observer, cancellationToken);
        if (Mark is not { IsResumed: true })
        {
            FolderCheck.RequireSpace(root.Path, destination, Math.Min(backup.Info.AllocatedSize, backup.Info.SourceSize));
        }
        try
        {
            using var target = new RestoreTarget(root, backup.Info.Id, backup.IsTrusted, destination)
            {
                IsResumed = Mark is { IsResumed: true },
            };
            var counters = new RunCounters();
            using (new ProgressReporter(activity, counters, observer, context.Time))
            {
                await backup.ReadAsync(target, counters, limits, cancellationToken).ConfigureAwait(false);
                observer.OnStep("Every hash is right. Setting links and folders.");
                target.Finish(backup.ReadEntries(), cancellationToken);
            }
            Mark?.Remove();
            var config = UnpackedContent.TryReadConfig(root, backup.Info.Id)
                ?? throw BackupErrors.BackupDamaged(backup.Info.Id, $"it has no {AppConfig.Path}.");
            AddonCheck.Require(config, backup);
            UnpackedContent.Assemble(config, root, observer);
            root.FlushFileSystem();
            target.Report(observer);
            return config;
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DestinationUnusable(destination, failure);
        }
    }
}
