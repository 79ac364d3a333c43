using CloudBackup.Catalog;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Progress;
using CloudBackup.Reading;
using CloudBackup.Source;
using CloudBackup.Storage;
using CloudBackup.Sync;

namespace CloudBackup.Backup;

/// <summary>
/// Makes one backup, of an app or of the platform. The order is what makes a backup trustworthy (I1): the record says Creating; the content
/// is stored, then the index, both durable; then the backup info; only then the record says Ready. A run that fails removes what it stored.
/// The caller holds the lock of the backup's owner.
/// </summary>
internal sealed class BackupRunner(EngineContext context)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromHours(12);

    /// <summary>What tidying up may take once you wait for the end (I8).</summary>
    private static readonly TimeSpan TidyLimit = TimeSpan.FromSeconds(30);

    /// <summary>Makes the backup; null when the site's provider keeps nothing.</summary>
    /// <exception cref="BackupException">It failed; the record says Failed, and nothing of it is in the storage.</exception>
    public async Task<SiteBackup?> RunAsync(BackupSubject subject, BackupRun run, CancellationToken cancellationToken)
    {
        if (!run.Storage.Capabilities.KeepsData)
        {
            run.Observer.OnWarning($"The site {run.Site.Name} keeps nothing (provider {run.Site.Provider}): there is no backup of {subject.Name}.");
            return null;
        }
        await DeadRuns.SettleAsync(context, subject.Owner, run.Site, run.Storage, run.Observer, cancellationToken).ConfigureAwait(false);
        var started = context.Time.GetTimestamp();
        var (after, also) = EarlierBackups.CheckClock(context, subject.Owner, run);
        var record = CreateRecord(subject, run) with { MadeAfter = after, MadeAfterAlso = also };
        var medium = await CheckPlaceAsync(run, record, started, cancellationToken).ConfigureAwait(false);
        context.Backups.Save(new BackupRecord { Backup = record, Medium = medium });
        run.Observer.OnStep($"Backing up {subject.Name} {record.Version} to {run.Site.Name}: {record.RemotePath}.");
        var timeout = run.Site.Limits.Timeout ?? DefaultTimeout;
        using var deadline = new CancellationTokenSource(timeout, context.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await StoreAsync(subject, run, record, started, both.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            var told = deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested && failure is OperationCanceledException
                ? BackupErrors.TimedOut($"The backup of {subject.Name}", timeout)
                : failure;
            await AbandonAsync(run, record, told, started, both.Token).ConfigureAwait(false);
            if (told != failure)
            {
                throw told;
            }
            throw;
        }
        finally
        {
            context.Home.RemoveTemporaryFolder(record.Id);
        }
    }

    private async Task<SiteBackup> StoreAsync(
        BackupSubject subject, BackupRun run, SiteBackup record, long started, CancellationToken cancellationToken)
    {
        var issues = new SourceIssues(run.ContinueOnError);
        var counters = new RunCounters();
        var result = await WriteContentAsync(subject, run, record, issues, counters, cancellationToken).ConfigureAwait(false);
        await CommitCheck.RunAsync(run.Storage, BackupPaths.Of(record), result, cancellationToken).ConfigureAwait(false);
        record = record with
        {
            State = issues.MissingCount > 0 ? BackupState.Partial : BackupState.Ready,
            Duration = context.Time.GetElapsedTime(started),
            SourceSize = result.SourceBytes,
            FileCount = result.Entries,
            Skipped = issues.Skipped,
            Missing = issues.Missing,
        };
        var encryption = run.Site.KeyId is { } keyId ? new EncryptionFacts(Cbv2.Version, keyId, run.Site.EncryptFileName) : null;
        var info = BackupInfo.Of(record, result, encryption, issues, counters).ToBytes();
        info = SealerOf(run.Site)?.Encrypt(info) ?? info;
        cancellationToken.ThrowIfCancellationRequested();
        subject.CheckBeforeCommit();
        var hash = StoredInfo.HashOf(info);
        // A run that dies from here on is known again by this hash, which a writer to the storage cannot change.
        context.Backups.Save(new BackupRecord { Backup = record with { State = BackupState.Creating }, InfoHash = hash });
        var path = BackupPaths.Of(record).Info;
        var infoSize = await run.Storage.WriteAsync(path, ObjectContent.FromBytes(info), WriteMode.CreateNew, cancellationToken).ConfigureAwait(false);
        await StoredProof.CheckAsync(run.Storage, path, infoSize, cancellationToken).ConfigureAwait(false);
        record = record with { Size = result.StoredBytes + infoSize };
        context.Backups.Save(new BackupRecord { Backup = record, InfoHash = hash });
        Report(subject, run, record, issues);
        return record;
    }

    private async Task<FormatResult> WriteContentAsync(
        BackupSubject subject,
        BackupRun run,
        SiteBackup record,
        SourceIssues issues,
        RunCounters counters,
        CancellationToken cancellationToken)
    {
        var format = BackupFormats.Get(record.Format);
        var content = new ContentRequest
        {
            SpoolFolder = context.Home.MakeTemporaryFolder(record.Id),
            Created = record.Created,
            Avoid = FoldersToAvoid(run.Site),
            Issues = issues,
            Observer = run.Observer,
            IsEncrypted = record.Encrypted,
            OpensLinkedFiles = format.Facts.HoldsFirstNamesOpen,
        };
        using var progress = new ProgressReporter($"Backing up {subject.Name}", counters, run.Observer, context.Time);
        var folders = format.Facts.ForecastsByWalking ? subject.Folders : [];
        var last = EarlierBackups.FindNewest(context, subject.Owner, run.Site.Name);
        using var forecast = SourceForecast.Start(folders, last?.SourceSize ?? 0, counters, context.Time);
        return await subject.WithItemsAsync(content, StoreItemsAsync, cancellationToken).ConfigureAwait(false);

        Task<FormatResult> StoreItemsAsync(IEnumerable<SourceItem> items)
        {
            var request = new FormatWriteRequest
            {
                Storage = run.Storage,
                Paths = BackupPaths.Of(record),
                Sealer = SealerOf(run.Site),
                Opener = OpenerOf(run.Site),
                Items = items,
                SpoolFolder = content.SpoolFolder,
                Issues = issues,
                Counters = counters,
                Limits = run.Limits,
                LastSize = last?.Format == record.Format ? last.Size : 0,
                Snapshot = SnapshotPlaces.Of(context, subject.Owner, run.Site.Name),
                EarlierIndexes = RecordedIndexes.OpenAsync(context, record, run.Storage, cancellationToken),
                Time = context.Time,
                Observer = run.Observer,
            };
            return format.WriteAsync(request, cancellationToken);
        }
    }

    /// <summary>
    /// Makes sure that nothing is where the backup goes, before a record says that what is there is this run's: another backup's objects would
    /// mix with its own, and go with it when it fails. Returns which disk or bucket the place is on.
    /// </summary>
    private async Task<string?> CheckPlaceAsync(BackupRun run, SiteBackup record, long started, CancellationToken cancellationToken)
    {
        var paths = BackupPaths.Of(record);
        var inFolder = run.Storage.ListAsync(StoragePath.FolderOf(paths.RemotePath), recursive: false, cancellationToken);
        try
        {
            if (await inFolder.AnyAsync(item => paths.Places.Contains(item.Path), cancellationToken).ConfigureAwait(false))
            {
                throw BackupErrors.BackupPlaceTaken(record.RemotePath);
            }
            return await run.Medium.FindAsync(() => Medium.FindAsync(context, run.Site, run.Storage, run.Observer, cancellationToken)).ConfigureAwait(false);
        }
        catch (StorageException failure)
        {
            SaveFailed(record, failure, started);
            throw;
        }
    }

    private async Task AbandonAsync(BackupRun run, SiteBackup record, Exception failure, long started, CancellationToken stop)
    {
        if (failure is StorageException { Kind: StorageErrorKind.AlreadyExists } taken && IsOf(BackupPaths.Of(record), taken.Path))
        {
            // Another process was quicker by a moment: what is there is not this run's to remove, now or ever.
            context.Backups.Remove(record.Id);
            return;
        }
        using var limit = new StopGrace(TidyLimit, context.Time, stop);
        try
        {
            await DeadRuns.RemoveContentAsync(run.Storage, record, limit.Token).ConfigureAwait(false);
        }
        catch (Exception left) when (left is StorageException or OperationCanceledException)
        {
            run.Observer.OnWarning($"What was stored of {record.RemotePath} could not be removed; the next backup tries again: {left.Message}");
            return; // the record stays Creating, so that the next run finds it
        }
        SaveFailed(record, failure, started);
    }

    private void SaveFailed(SiteBackup record, Exception failure, long started) => context.Backups.Save(new BackupRecord
    {
        Backup = record with
        {
            State = BackupState.Failed,
            Error = failure is OperationCanceledException ? "The backup was stopped." : failure.Message,
            Duration = context.Time.GetElapsedTime(started),
        },
    });

    /// <summary>Whether a path of a storage's failure, which has the site's prefix before it, is one of a backup.</summary>
    private static bool IsOf(BackupPaths paths, string path) =>
        Array.Exists([paths.Archive, paths.Index, paths.Info], wanted => $"/{path}".EndsWith($"/{wanted}", StringComparison.Ordinal))
        || $"/{path}".Contains($"/{paths.RemotePath}/", StringComparison.Ordinal);

    private SiteBackup CreateRecord(BackupSubject subject, BackupRun run)
    {
        var name = subject.BackupName;
        var record = subject.NewRecord($"{name}_{context.Random.NextHex(4)}", run.Site.Name, $"{BackupNames.Tag(run.Started)}/{name}");
        return record with
        {
            Format = run.Site.Format,
            KeyId = run.Site.KeyId,
            State = BackupState.Creating,
            Origin = BackupOrigin.Platform,
            Created = run.Started,
            Label = run.Label,
            PreserveUntil = run.PreserveUntil,
        };
    }

    /// <summary>Encrypts a site's new backups; null when they are not encrypted.</summary>
    /// <exception cref="BackupException">The platform has lost the site's keys.</exception>
    private BackupSealer? SealerOf(BackupSite site) =>
        site.KeyId is { } keyId ? new BackupSealer(context.Keys.Get(keyId), site.EncryptFileName, context.Random) : null;

    private BackupOpener? OpenerOf(BackupSite site) =>
        site.KeyId is { } keyId ? new BackupOpener(context.Keys.Get(keyId), site.EncryptFileName) : null;

    private static void Report(BackupSubject subject, BackupRun run, SiteBackup record, SourceIssues issues)
    {
        if (issues.Changed > 0)
        {
            run.Observer.OnWarning($"{issues.Changed} files of {subject.Name} were written to while they were read; their copies may be torn.");
        }
        if (issues.MissingCount > 0)
        {
            run.Observer.OnWarning($"{issues.MissingCount} items of {subject.Name} could not be read or are damaged; the backup {record.Id} is Partial.");
        }
        run.Observer.OnStep($"Backed up {subject.Name}: {record.FileCount} entries, {record.SourceSize} bytes, stored as {record.Size}.");
    }

    /// <summary>A store or platform home inside the data directory would be backed up into itself.</summary>
    private HashSet<(ulong Device, ulong Inode)> FoldersToAvoid(BackupSite site)
    {
        var paths = new List<string> { context.Home.Path };
        if (site.Settings.LocalFolder is { } local)
        {
            paths.Add(Path.Join(local, site.Prefix));
        }
        var folders = new HashSet<(ulong Device, ulong Inode)>();
        foreach (var path in paths.Where(Directory.Exists))
        {
            using var folder = LocalFileSystem.Open(path);
            folders.Add(folder.ReadFacts().Identity);
        }
        return folders;
    }
}
