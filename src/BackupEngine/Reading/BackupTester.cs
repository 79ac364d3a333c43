using CloudBackup.Catalog;
using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Sites;
using CloudBackup.Storage;

namespace CloudBackup.Reading;

/// <summary>
/// Checks a backup in its storage: of formats with an object for each file, that all are there and as long as they should be, or to the last
/// byte; of others always to the last byte. What is damaged becomes part of the result.
/// </summary>
internal sealed class BackupTester(EngineContext context, SiteStorage storages)
{
    /// <summary>Tests a backup.</summary>
    /// <param name="record">The backup.</param>
    /// <param name="isDeep">Whether all content is read in any case.</param>
    /// <param name="observer">Is told of steps.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    /// <exception cref="BackupException">The backup is not readable by its state, or the storage cannot be reached.</exception>
    public async Task<BackupTestResult> RunAsync(
        BackupRecord record, bool isDeep, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var start = context.Time.GetTimestamp();
        var site = storages.Resolve(record.Backup.Site);
        var isApp = record.Backup is AppBackup;
        var target = new CheckTarget(isApp ? AppConfig.Path : PlatformConfig.Path);
        var counters = new RunCounters();
        var (whole, isRead) = await storages.UseAsync(site, observer, storage =>
            CheckAsync(record, isDeep, storage, site, target, counters, observer, cancellationToken)).ConfigureAwait(false);
        if (target.UnknownCount > 0)
        {
            observer.OnWarning(
                $"'{record.Backup.RemotePath}' at {site.Name} holds {target.UnknownCount} objects that are not part of the backup, "
                + $"'{PathText.ForDisplay(target.FirstUnknown)}' among them. A restore leaves them out. Find out who writes to this storage.");
        }
        if (target.Doubt is { } doubt)
        {
            observer.OnWarning($"The backup {record.Backup.Id} at {site.Name} can be restored, but {doubt}. Check the storage, and make a new backup.");
        }
        BackupProblem[] problems = [.. whole is null ? [] : new[] { whole }, .. target.Problems];
        return new BackupTestResult
        {
            Id = record.Backup.Id,
            Location = (record.Backup as AppBackup)?.Location,
            Site = site.Name,
            IsValid = problems.Length == 0,
            IsDeep = isRead,
            FilesChecked = counters.Entries,
            BytesChecked = counters.SourceBytes,
            Duration = context.Time.GetElapsedTime(start),
            Problems = problems,
        };
    }

    private async Task<(BackupProblem? Problem, bool IsRead)> CheckAsync(
        BackupRecord record,
        bool isDeep,
        IBackupStorage storage,
        BackupSite site,
        CheckTarget target,
        RunCounters counters,
        IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        try
        {
            var backup = await OpenedBackup.OpenAsync(context, record, storage, cancellationToken).ConfigureAwait(false);
            await using var _ = backup.ConfigureAwait(false);
            observer.OnStep($"Checking {record.Backup.RemotePath} at {site.Name}.");
            using var progress = new ProgressReporter($"Testing {record.Backup.Id}", counters, observer, context.Time);
            var bytes = backup.CheckIndex(target.OnDamaged, observer, cancellationToken);
            if (target.ProblemCount > 0)
            {
                return (null, false); // a restore ends here, before it reads any content
            }
            var isRead = await backup.CheckAsync(target, isDeep, counters, site.Limits, cancellationToken).ConfigureAwait(false);
            await CheckConfigAsync(backup, target, site.Limits, cancellationToken).ConfigureAwait(false);
            var isComplete = target.ProblemCount > 0 || (counters.Entries == backup.Info.FileCount
                && (!isRead || counters.SourceBytes == bytes));
            return (isComplete ? null : new BackupProblem("", "It does not hold as many entries and bytes as its record says."), isRead);
        }
        catch (BackupException failure) when (failure.Category == BackupErrorCategory.Damaged)
        {
            return (new BackupProblem("", failure.Message), false);
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.NotFound or StorageErrorKind.Corrupt or StorageErrorKind.InvalidRange
            && failure.Path.Length > 0)
        {
            return (new BackupProblem("", failure.Message), false);
        }
    }

    /// <summary>The configuration can be read, and what it names is there: a restore needs it after all contents.</summary>
    private static async Task CheckConfigAsync(OpenedBackup backup, CheckTarget target, SiteLimits limits, CancellationToken cancellationToken)
    {
        if (target.Config is null && target.ProblemCount == 0)
        {
            // The content was not read: this small part of it is.
            var path = backup.Info.Type == BackupType.App ? AppConfig.Path : PlatformConfig.Path;
            await backup.ReadAsync(target, new RunCounters(), limits, entry => entry.Path == path, cancellationToken).ConfigureAwait(false);
        }
        if (target.ProblemCount > 0)
        {
            return;
        }
        var content = target.Config ?? throw BackupErrors.BackupDamaged(backup.Info.Id, "its configuration cannot be read.");
        if (backup.Info.Type != BackupType.App)
        {
            UnpackedContent.ParsePlatformConfig(content, backup.Info.Id);
            return;
        }
        foreach (var (path, reason) in AddonCheck.FindFaults(UnpackedContent.ParseConfig(content, backup.Info.Id), backup.ReadEntries()))
        {
            target.Add(path, reason);
        }
    }
}
