using CloudBackup.Formats;
using CloudBackup.Platform;
using CloudBackup.Reading;
using CloudBackup.Sites;
using CloudBackup.Storage;

namespace CloudBackup.Restore;

/// <summary>
/// Restores the content of a backup to a new or empty folder. It is unpacked beside the destination and takes its name when everything is
/// verified: a destination that is there is complete.
/// </summary>
internal sealed class FolderRestorer(EngineContext context, SiteStorage storages)
{
    /// <summary>Restores and returns the folder.</summary>
    /// <exception cref="BackupException">It failed; the destination is as it was.</exception>
    public async Task<DirectoryInfo> RunAsync(
        string backupId, string destination, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var backups = new StoredBackups(context, storages);
        var record = backups.Find(backupId);
        var wanted = (AppBackup)record.Backup;
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));
        return await backups.UseAsync(record, observer, async (backup, site) =>
        {
            BackupDoubt.Warn(backup.Doubt, observer);
            using var folder = DestinationFolder.Prepare(path, backup.Key);
            observer.OnStep(folder.Mark.IsResumed
                ? $"Resuming the interrupted restore of {backupId} to '{path}'."
                : $"Restoring {backupId} to '{path}'.");
            var unpacker = new BackupUnpacker(context, observer) { Mark = folder.Mark };
            var activity = $"Restoring {wanted.Location}";
            try
            {
                await unpacker.RunAsync(backup, site.Limits, folder.Folder, path, activity, cancellationToken).ConfigureAwait(false);
            }
            catch (StorageException) when (BackupFormats.FactsOf(wanted.Format).ResumesReading)
            {
                folder.KeepForNextTime();
                throw;
            }
            folder.Publish();
            return new DirectoryInfo(path);
        }, cancellationToken).ConfigureAwait(false);
    }
}
