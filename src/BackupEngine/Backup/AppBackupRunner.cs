using System.Security.Cryptography;
using CloudBackup.Backup.Source;
using CloudBackup.Catalog;
using CloudBackup.Commands;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Infrastructure;
using CloudBackup.Progress;
using CloudBackup.Restore;
using CloudBackup.Sites;
using CloudBackup.Storage;

namespace CloudBackup.Backup;

/// <summary>
/// Makes one backup of one app. The order is what makes a backup trustworthy (I1): the record says Creating; the content is stored, then
/// the index, both durable; then the backup info; only then the record says Ready. A run that fails removes what it stored.
/// </summary>
internal sealed class AppBackupRunner(EngineContext context, SiteStorage storages)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromHours(12);
    private static readonly TimeSpan PostCommandLimit = TimeSpan.FromMinutes(5);

    /// <summary>Makes the backup; null when the site's provider keeps nothing.</summary>
    /// <exception cref="BackupException">It failed; the record says Failed, and nothing of it is in the storage.</exception>
    public async Task<AppBackup?> RunAsync(
        string location, AppBackupOptions options, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var app = context.Apps.Find(location) ?? throw BackupErrors.AppNotFound(location);
        var site = storages.Resolve(options.Site);
        using var appLock = AppLock.Take(context, app, "backup");
        RestoreRecovery.Run(context, app, observer);
        return await storages.UseAsync(site, observer, async storage =>
        {
            if (!storage.Capabilities.KeepsData)
            {
                observer.OnWarning($"The site {site.Name} keeps nothing (provider {site.Provider}): there is no backup of {app.Location}.");
                return null;
            }
            await LeftOvers.RemoveAsync(context, app.Id, site, storage, observer, cancellationToken).ConfigureAwait(false);
            return await RunAsync(new BackupRun(app, site, storage, options, observer), cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private async Task<AppBackup> RunAsync(BackupRun run, CancellationToken cancellationToken)
    {
        var started = context.Time.GetTimestamp();
        var record = CreateRecord(run);
        context.Backups.Save(new BackupRecord { Backup = record, IsLocal = true });
        run.Observer.OnStep($"Backing up {run.App.Location} {run.App.Version} to {run.Site.Name}: {record.RemotePath}.");
        var timeout = run.Site.Limits.Timeout ?? DefaultTimeout;
        using var deadline = new CancellationTokenSource(timeout, context.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await StoreAsync(run, record, started, both.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            var told = deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested && failure is OperationCanceledException
                ? BackupErrors.TimedOut($"The backup of {run.App.Location}", timeout)
                : failure;
            await AbandonAsync(run, record, told, started).ConfigureAwait(false);
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

    private async Task<AppBackup> StoreAsync(BackupRun run, AppBackup record, long started, CancellationToken cancellationToken)
    {
        var issues = new SourceIssues(run.Options.ContinueOnError);
        var counters = new RunCounters();
        var result = await WriteContentAsync(run, record, issues, counters, cancellationToken).ConfigureAwait(false);
        record = record with
        {
            State = issues.MissingCount > 0 ? BackupState.Partial : BackupState.Ready,
            Duration = context.Time.GetElapsedTime(started),
            SourceSize = counters.SourceBytes,
            FileCount = result.Entries,
            Skipped = issues.Skipped,
            Missing = issues.Missing,
        };
        var info = InfoOf(record, run.Site, result, issues, counters).ToBytes();
        info = CipherOf(run.Site)?.Encrypt(info) ?? info;
        cancellationToken.ThrowIfCancellationRequested();
        var path = BackupPaths.Of(record).Info;
        var infoSize = await run.Storage.WriteAsync(path, ObjectContent.FromBytes(info), WriteMode.CreateNew, cancellationToken)
            .ConfigureAwait(false);
        record = record with { Size = result.StoredBytes + infoSize };
        context.Backups.Save(new BackupRecord { Backup = record, IsLocal = true, InfoHash = Convert.ToHexStringLower(SHA256.HashData(info)) });
        Tell(run, record, issues);
        return record;
    }

    private async Task<FormatResult> WriteContentAsync(
        BackupRun run, AppBackup record, SourceIssues issues, RunCounters counters, CancellationToken cancellationToken)
    {
        var commands = new CommandRunner(run.Observer);
        await commands.RunAsync("PreBackupCommand", run.App.Commands.PreBackup, run.App, cancellationToken).ConfigureAwait(false);
        try
        {
            var spool = context.Home.MakeTemporaryFolder(record.Id);
            using var content = BackupContent.Open(run.App, spool);
            using var progress = new ProgressReporter($"Backing up {run.App.Location}", counters, run.Observer, context.Time);
            using var forecast = SourceForecast.Start(run.App, LastSize(run.App), counters, context.Time);
            await content.DumpAddonsAsync(run.Observer, cancellationToken).ConfigureAwait(false);
            var request = new FormatWrite
            {
                Storage = run.Storage,
                Paths = BackupPaths.Of(record),
                Cipher = CipherOf(run.Site),
                Items = content.Items(record.Created, FoldersToAvoid(run.Site), issues, cancellationToken),
                SpoolFolder = spool,
                Issues = issues,
                Counters = counters,
                Limits = run.Site.Limits,
            };
            return await BackupFormats.Get(record.Format).WriteAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await RunPostCommandAsync(commands, run).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Undoes what the PreBackupCommand did, also for a run that fails or is stopped. Its own failure does not make a backup any worse that
    /// has been read already: it is told, loudly.
    /// </summary>
    private async Task RunPostCommandAsync(CommandRunner commands, BackupRun run)
    {
        using var limit = new CancellationTokenSource(PostCommandLimit, context.Time);
        try
        {
            await commands.RunAsync("PostBackupCommand", run.App.Commands.PostBackup, run.App, limit.Token).ConfigureAwait(false);
        }
        catch (BackupException failure)
        {
            run.Observer.OnWarning(failure.Message);
        }
        catch (OperationCanceledException)
        {
            run.Observer.OnWarning($"The PostBackupCommand of {run.App.Location} was stopped after {PostCommandLimit}.");
        }
    }

    private async Task AbandonAsync(BackupRun run, AppBackup record, Exception failure, long started)
    {
        try
        {
            await LeftOvers.RemoveContentAsync(run.Storage, record, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException left)
        {
            run.Observer.OnWarning($"What was stored of {record.RemotePath} could not be removed; the next backup of the app tries again: {left.Message}");
            return; // the record stays Creating, so that the next run finds it
        }
        context.Backups.Save(new BackupRecord
        {
            Backup = record with
            {
                State = BackupState.Failed,
                Error = failure is OperationCanceledException ? "The backup was stopped." : failure.Message,
                Duration = context.Time.GetElapsedTime(started),
            },
            IsLocal = true,
        });
    }

    private AppBackup CreateRecord(BackupRun run)
    {
        // Stored times have milliseconds, like the tag that is made of them.
        var created = DateTimeOffset.FromUnixTimeMilliseconds(context.Time.GetUtcNow().ToUnixTimeMilliseconds());
        var name = BackupNames.AppName(run.App.Location, run.App.Version);
        return new AppBackup
        {
            Id = $"{name}_{context.Random.NextHex(4)}",
            AppId = run.App.Id,
            Location = run.App.Location,
            PackageName = run.App.PackageName,
            Version = run.App.Version,
            Site = run.Site.Name,
            RemotePath = $"{BackupNames.Tag(created)}/{name}",
            Format = run.Site.Format,
            KeyId = run.Site.KeyId,
            State = BackupState.Creating,
            Created = created,
            Label = run.Options.Label,
            PreserveUntil = run.Options.PreserveUntil,
        };
    }

    /// <summary>The cipher of a site's new backups; null when they are not encrypted.</summary>
    /// <exception cref="BackupException">The platform has lost the site's keys.</exception>
    private BackupCipher? CipherOf(BackupSite site) =>
        site.KeyId is { } keyId ? new BackupCipher(context.Keys.Get(keyId), site.EncryptFileName, context.Random) : null;

    private static BackupInfo InfoOf(
        AppBackup record, BackupSite site, FormatResult result, SourceIssues issues, RunCounters counters) => new()
        {
            Id = record.Id,
            AppId = record.AppId,
            Location = record.Location,
            PackageName = record.PackageName,
            Version = record.Version,
            RemotePath = record.RemotePath,
            Format = record.Format,
            State = record.State,
            Created = record.Created,
            DurationSeconds = record.Duration.TotalSeconds,
            SourceSize = record.SourceSize,
            AllocatedSize = counters.AllocatedBytes,
            FileCount = record.FileCount,
            Skipped = record.Skipped,
            Changed = issues.Changed,
            Missing = record.Missing,
            Label = record.Label,
            PreserveUntil = record.PreserveUntil,
            Archive = result.Archive,
            Index = result.Index,
            Encryption = site.KeyId is { } keyId ? new EncryptionFacts(Cbv2.Version, keyId, site.EncryptFileName) : null,
            Generator = ProductVersion.Generator,
        };

    private static void Tell(BackupRun run, AppBackup record, SourceIssues issues)
    {
        if (issues.Changed > 0)
        {
            run.Observer.OnWarning($"{issues.Changed} files of {record.Location} were written to while they were read; their copies may be torn.");
        }
        if (issues.MissingCount > 0)
        {
            run.Observer.OnWarning($"{issues.MissingCount} items of {record.Location} could not be read; the backup {record.Id} is Partial.");
        }
        run.Observer.OnStep($"Backed up {record.Location}: {record.FileCount} entries, {record.SourceSize} bytes, stored as {record.Size}.");
    }

    private long LastSize(BackupApp app) => context.Backups.List(appId: app.Id)
        .FirstOrDefault(record => record.Backup.State == BackupState.Ready)?.Backup.SourceSize ?? 0;

    /// <summary>A store or platform home inside the data directory would be backed up into itself.</summary>
    private HashSet<(ulong Device, ulong Inode)> FoldersToAvoid(BackupSite site)
    {
        var paths = new List<string> { context.Home.Path };
        if (site.Settings is FileSystemSettings settings)
        {
            paths.Add(Path.Join(settings.Path, site.Prefix));
        }
        var folders = new HashSet<(ulong Device, ulong Inode)>();
        foreach (var path in paths.Where(Directory.Exists))
        {
            using var folder = LocalFileSystem.Open(path);
            var facts = folder.ReadFacts();
            folders.Add((facts.Device, facts.Inode));
        }
        return folders;
    }
}
