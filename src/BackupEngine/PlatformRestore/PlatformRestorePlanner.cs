using CloudBackup.Catalog;
using CloudBackup.FileTree;
using CloudBackup.Platform;
using CloudBackup.Reading;
using CloudBackup.Retention;
using CloudBackup.Sites;
using CloudBackup.Storage;

namespace CloudBackup.PlatformRestore;

/// <summary>Finds out what a restore of the platform would do. Reads the storage, and touches nothing but temporary files of the home.</summary>
internal sealed class PlatformRestorePlanner(EngineContext context, SiteStorage storages)
{
    /// <summary>Makes the plan, which says what stands in the way.</summary>
    /// <exception cref="BackupException">The backup cannot be found, opened or read, or the platform is in use.</exception>
    public async Task<PlatformRestorePlan> RunAsync(
        PlatformRestoreOptions options, IOperationObserver observer, CancellationToken cancellationToken)
    {
        if (options.Throttle is < 1 or > 64)
        {
            throw BackupErrors.ValueOutOfRange("The throttle", options.Throttle, "from 1 to 64");
        }
        var platformLock = AppLock.TryTake(context, BackupOwner.Platform, "restore of the platform", out var owner)
            ?? throw BackupErrors.PlatformBusy(owner);
        RestoreSite? source = null;
        try
        {
            var unfinished = FindUnfinished(options);
            // A catalog that was restored already names its sites itself.
            var siteName = unfinished?.Phase == PlatformRestorePhase.Apps ? unfinished.Site : options.Site;
            source = RestoreSite.Resolve(context, storages, options.ConfigFile, siteName, options.StoragePath, options.Secrets);
            if (unfinished?.Phase == PlatformRestorePhase.Apps)
            {
                return PlanRest(platformLock, options, source, unfinished);
            }
            return await storages.UseAsync(source.Site, observer, storage =>
                PlanAsync(platformLock, options, source, unfinished, storage, observer, cancellationToken), source.Credential).ConfigureAwait(false);
        }
        catch (BackupException failure) when (source is not null && RestoreSite.IsLocked(failure))
        {
            return PlanNothing(platformLock, options, source, failure);
        }
        catch
        {
            source?.Dispose();
            platformLock.Dispose();
            throw;
        }
    }

    /// <summary>The restore that was interrupted, when that is the one to go on with.</summary>
    private PlatformRestoreEntry? FindUnfinished(PlatformRestoreOptions options)
    {
        var entry = context.PlatformRestores.Find();
        if (entry is null || options.BackupId is null || options.BackupId == entry.BackupId)
        {
            return entry;
        }
        return options.ReplacePlatform ? null : throw BackupErrors.PlatformRestoreUnfinished(entry.BackupId);
    }

    private async Task<PlatformRestorePlan> PlanAsync(
        IDisposable platformLock,
        PlatformRestoreOptions options,
        RestoreSite source,
        PlatformRestoreEntry? unfinished,
        IBackupStorage storage,
        IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        var finder = new PlatformFinder(source, storage, context.Backups, context.Time);
        var platform = (unfinished?.BackupId ?? options.BackupId) is { } id
            ? await finder.FindAsync(id, cancellationToken).ConfigureAwait(false)
            : await finder.FindNewestAsync(source.Export?.RemotePath, cancellationToken).ConfigureAwait(false);
        foreach (var junk in finder.Junk)
        {
            observer.OnWarning($"{junk.TrimEnd('.')}. It is passed over. Find out who wrote it.");
        }
        var backup = await OpenedBackup.OpenAsync(context, platform.Stored, isTrusted: false, storage, cancellationToken).ConfigureAwait(false);
        await using var _ = backup.ConfigureAwait(false);
        var content = await PlatformContent.UnpackAsync(context, backup, source.Site.Limits, observer, cancellationToken).ConfigureAwait(false);
        try
        {
            var check = new DependencyCheck(storage, [.. content.Keys, .. source.Keys]);
            var apps = await check.RunAsync(platform.Info, content, cancellationToken).ConfigureAwait(false);
            var sizes = content.Config.ExtraDirectories.ToDictionary(extra => extra.Name, extra => SizeOf(extra.Name, backup));
            var trust = TrustCheck.Run(context, options, platform, apps, content.Config);
            apps = trust.Apps;
            var checks = new RestorePreflight(context, options, unfinished).Run(source, platform, content, apps, sizes)
                .Append(trust.Check).Concat(trust.Folders).Concat(RestorePreflight.CheckNewest(source.Site, finder, platform)).ToList();
            return new PlatformRestorePlan(platformLock, options, source, PreviewOf(source, platform, content, apps, checks))
            {
                Platform = platform,
                Content = content,
                Apps = apps,
                IsTrusted = trust.IsTrusted,
                IsDoubtful = trust.IsDoubtful,
                PassesOverNewer = finder.PassedOver is not null,
                Unfinished = unfinished,
            };
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <summary>Nothing opens the backup, so nothing else can be looked at.</summary>
    private static PlatformRestorePlan PlanNothing(
        IDisposable platformLock, PlatformRestoreOptions options, RestoreSite source, BackupException failure)
    {
        var preview = new PlatformRestoreResult
        {
            BackupId = options.BackupId ?? source.Export?.BackupId ?? failure.Target?.ToString() ?? "",
            Site = source.Site.Name,
            Checks = [RestorePreflight.NothingOpens(failure)],
        };
        return new PlatformRestorePlan(platformLock, options, source, preview);
    }

    /// <summary>The catalog is restored already: what is left are the apps that it says are not.</summary>
    private PlatformRestorePlan PlanRest(
        IDisposable platformLock, PlatformRestoreOptions options, RestoreSite source, PlatformRestoreEntry unfinished)
    {
        var platform = context.Backups.Find(unfinished.BackupId)?.Backup;
        var preview = new PlatformRestoreResult
        {
            BackupId = unfinished.BackupId,
            BackupCreated = platform?.Created ?? default,
            BackupVersion = platform?.Version ?? "",
            PlatformId = context.Platform.Get().Id,
            Site = unfinished.Site,
            IsRestored = true,
            Checks = [new("Platform", CheckOutcome.Passed, "The platform itself was restored before the restore was interrupted; its apps are gone on with.")],
            Apps = [.. context.Apps.List().Select(app => AppsRestorer.Describe(app) with
            {
                State = app.UnfinishedRestore is null ? app.State : null,
                Error = null,
            })],
        };
        return new PlatformRestorePlan(platformLock, options, source, preview) { Unfinished = unfinished };
    }

    private static long SizeOf(string name, OpenedBackup backup) => backup.ReadEntries()
        .Where(entry => entry.Kind == EntryKind.File && PathOrder.IsInside(entry.Path, name)).Sum(entry => entry.Size);

    private static PlatformRestoreResult PreviewOf(
        RestoreSite source, FoundPlatform platform, PlatformContent content, IReadOnlyList<AppToRestore> apps, IReadOnlyList<RestoreCheck> checks) => new()
        {
            BackupId = platform.Info.Id,
            BackupCreated = platform.Info.Created,
            BackupVersion = platform.Info.Version,
            PlatformId = content.Config.Id,
            Site = content.NameOfSite(platform.Info.Id, source.Site),
            Checks = checks,
            Apps = [.. apps.Select(app => new PlatformRestoreApp
            {
                AppId = app.App.Id,
                Location = app.App.Location,
                Version = app.Version,
                BackupId = app.BackupId,
                Failure = app.Failure,
                Error = app.Failure?.Message,
            })],
        };
}
