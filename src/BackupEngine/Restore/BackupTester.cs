using CloudBackup.Catalog;
using CloudBackup.Infrastructure;
using CloudBackup.Progress;
using CloudBackup.Sites;
using CloudBackup.Storage;

namespace CloudBackup.Restore;

/// <summary>Reads a whole backup back from its storage and checks every hash. What is damaged becomes part of the result.</summary>
internal sealed class BackupTester(EngineContext context, SiteStorage storages)
{
    /// <summary>Tests a backup.</summary>
    /// <exception cref="BackupException">The backup is not readable by its state, or the storage cannot be reached.</exception>
    public async Task<BackupTestResult> RunAsync(BackupRecord record, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var start = context.Time.GetTimestamp();
        var site = storages.Resolve(record.Backup.Site);
        var target = new CheckTarget();
        var counters = new RunCounters();
        var whole = await storages.UseAsync(site, observer, storage =>
            CheckAsync(record, storage, site, target, counters, observer, cancellationToken)).ConfigureAwait(false);
        BackupProblem[] problems = [.. whole is null ? [] : new[] { whole }, .. target.Problems];
        return new BackupTestResult
        {
            Id = record.Backup.Id,
            Location = (record.Backup as AppBackup)?.Location,
            Site = site.Name,
            IsValid = problems.Length == 0,
            FilesChecked = counters.Entries,
            BytesChecked = counters.SourceBytes,
            Duration = context.Time.GetElapsedTime(start),
            Problems = problems,
        };
    }

    private async Task<BackupProblem?> CheckAsync(
        BackupRecord record,
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
            observer.OnStep($"Reading {record.Backup.RemotePath} back from {site.Name}.");
            using var progress = new ProgressReporter($"Testing {record.Backup.Id}", counters, observer, context.Time);
            await backup.ReadAsync(target, counters, site.Limits, cancellationToken).ConfigureAwait(false);
            var complete = target.ProblemCount > 0 || (counters.Entries == backup.Info.FileCount && counters.SourceBytes == backup.Info.SourceSize);
            return complete ? null : new BackupProblem("", "It does not hold as many entries and bytes as its record says.");
        }
        catch (BackupException failure) when (failure.Category == BackupErrorCategory.Damaged)
        {
            return new BackupProblem("", failure.Message);
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.NotFound or StorageErrorKind.Corrupt or StorageErrorKind.InvalidRange
            && failure.Path.Length > 0)
        {
            return new BackupProblem("", failure.Message);
        }
    }
}
