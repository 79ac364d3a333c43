using CloudBackup.Catalog;
using CloudBackup.Platform;
using CloudBackup.Retention;
using CloudBackup.Sites;

namespace CloudBackup.Backup;

/// <summary>
/// Backs up all apps and then the platform, which depends on a Ready backup of each app: the one just made, or when that failed the latest
/// from before (I2, I9).
/// </summary>
internal sealed class PlatformBackupRunner(EngineContext context, SiteStorage storages)
{
    /// <summary>Makes the backup; null when the site's provider keeps nothing.</summary>
    /// <exception cref="BackupException">The platform itself could not be backed up; backups of apps that were made stay.</exception>
    public async Task<PlatformBackup?> RunAsync(PlatformBackupOptions options, IOperationObserver observer, CancellationToken cancellationToken)
    {
        if (options.Throttle is < 1 or > 64)
        {
            throw BackupErrors.ValueOutOfRange("The throttle", options.Throttle, "from 1 to 64");
        }
        var site = storages.Resolve(options.Site);
        using var platformLock = AppLock.TryTake(context, BackupOwner.Platform, "backup of the platform", out var owner)
            ?? throw BackupErrors.PlatformBusy(owner);
        return await storages.UseAsync(site, observer, async storage =>
        {
            var run = new BackupRun
            {
                Site = site,
                Storage = storage,
                Started = context.NowInMilliseconds(),
                Limits = site.Limits,
                Observer = observer,
                Label = options.Label,
                PreserveUntil = options.PreserveUntil,
            };
            if (!storage.Capabilities.KeepsData)
            {
                observer.OnWarning($"The site {site.Name} keeps nothing (provider {site.Provider}): there is no backup of the platform.");
                return null;
            }
            var apps = await BackUpAppsAsync(run, options, cancellationToken).ConfigureAwait(false);
            return await BackUpPlatformAsync(run, apps, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<PlatformBackupApp>> BackUpAppsAsync(
        BackupRun run, PlatformBackupOptions options, CancellationToken cancellationToken)
    {
        var unreadable = context.Apps.ListUnreadable();
        UnreadableRow.RequireNone(unreadable.Where(row => row.AppId is null), "platform backup");
        var all = context.Apps.List();
        List<BackupApp> wanted = [.. all.Where(app => app.AutomaticBackup || options.ForUpdate)];
        var outcomes = await new AppBatch(context).RunAsync(wanted, run, options.Throttle, onOutcome: null, cancellationToken).ConfigureAwait(false);
        var made = outcomes.ToDictionary(outcome => outcome.App.Id);
        return [.. all.Select(app => ResultOf(app, made.GetValueOrDefault(app.Id), run.Site)), .. unreadable.Select(row => ResultOf(row, run.Site))];
    }

    private PlatformBackupApp ResultOf(BackupApp app, AppBackupOutcome? outcome, BackupSite site)
    {
        var result = new PlatformBackupApp { AppId = app.Id, Location = app.Location };
        if (outcome?.Backup is { State: BackupState.Ready } backup)
        {
            return result with { Outcome = AppRunOutcome.BackedUp, BackupId = backup.Id };
        }
        var ready = ListReady(app.Id, site);
        // An app that waits for its data is still what it waits for, whatever was saved since from where that goes.
        var latest = ready.Find(backup => backup.Id == app.UnfinishedRestore) ?? ready.FirstOrDefault();
        // A Partial backup is no failure of its own, but the platform backup does not stand on it: that must not pass without a word.
        var failure = outcome?.Backup is { State: BackupState.Partial } partial
            ? BackupErrors.AppBackupPartial(partial.Id, partial.Location, partial.Missing.Select(item => $"{item}").FirstOrDefault())
            : outcome?.Failure;
        return result with
        {
            Outcome = outcome is null ? AppRunOutcome.Excluded : latest is null ? AppRunOutcome.Failed : AppRunOutcome.FellBack,
            BackupId = latest?.Id,
            Error = failure?.Message,
            Failure = failure,
        };
    }

    /// <summary>An app whose row cannot be read is not backed up, and not forgotten either.</summary>
    private PlatformBackupApp ResultOf(UnreadableRow row, BackupSite site)
    {
        var latest = ListReady(row.AppId!.Value, site).FirstOrDefault();
        var failure = row.Refuse("backup of the app");
        return new PlatformBackupApp
        {
            AppId = row.AppId.Value,
            Location = row.Name,
            Outcome = latest is null ? AppRunOutcome.Failed : AppRunOutcome.FellBack,
            BackupId = latest?.Id,
            Error = failure.Message,
            Failure = failure,
        };
    }

    private List<SiteBackup> ListReady(Guid appId, BackupSite site) =>
    [
        .. context.Backups.ListOf(new BackupOwner(appId), site.Name).Select(record => record.Backup)
            .Where(backup => backup.State == BackupState.Ready).NewestFirst(context.Time.GetUtcNow()),
    ];

    private async Task<PlatformBackup?> BackUpPlatformAsync(
        BackupRun run, IReadOnlyList<PlatformBackupApp> apps, CancellationToken cancellationToken)
    {
        foreach (var warning in SiteWarnings.ForPlatform(run.Site, context.Platform.Get().ExtraDirectories))
        {
            run.Observer.OnWarning(warning);
        }
        try
        {
            var subject = new PlatformSubject(context, run.Site.Name, apps);
            return (PlatformBackup?)await new BackupRunner(context).RunAsync(subject, run, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // There will be no result to read it from.
            foreach (var app in apps.Where(app => app.Error is not null))
            {
                run.Observer.OnWarning($"{app.Location} was not backed up: {app.Error}");
            }
            throw;
        }
    }
}
