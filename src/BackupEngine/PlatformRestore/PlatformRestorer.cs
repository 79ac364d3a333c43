using CloudBackup.Catalog;
using CloudBackup.Platform;
using CloudBackup.Reading;
using CloudBackup.Sites;
using CloudBackup.Storage;
using CloudBackup.Swapping;

namespace CloudBackup.PlatformRestore;

/// <summary>
/// Carries a plan out: extra directories, secrets, catalog, then the apps. Each step can be repeated, and the journal says which is due, so
/// that a restore that was interrupted at any moment ends right when it is run again.
/// </summary>
internal sealed class PlatformRestorer(EngineContext context, SiteStorage storages, IOperationObserver observer)
{
    /// <summary>Restores the platform.</summary>
    /// <exception cref="BackupException">The plan is refused, or the platform itself could not be restored.</exception>
    public async Task<PlatformRestoreResult> RunAsync(PlatformRestorePlan plan, CancellationToken cancellationToken)
    {
        if (plan.Refusals.Count > 0)
        {
            throw plan.Refusals[0];
        }
        var start = context.Time.GetTimestamp();
        var source = plan.Source;
        var apps = await storages.UseAsync(source.Site, observer, async storage =>
        {
            if (plan.Platform is not null)
            {
                await RestorePlatformAsync(plan, storage, cancellationToken).ConfigureAwait(false);
            }
            ForgetStaleSecrets();
            var site = context.Sites.Find(plan.Preview.Site) ?? throw BackupErrors.SiteNotFound(plan.Preview.Site);
            return plan.Options.SkipAppRestore
                ? [.. context.Apps.List().Select(AppsRestorer.Describe)]
                : await new AppsRestorer(context, plan.Options, observer).RunAsync(site, storage, cancellationToken).ConfigureAwait(false);
        }, source.Credential).ConfigureAwait(false);
        var kept = FindKept();
        context.PlatformRestores.Remove();
        return plan.Preview with { IsRestored = true, Apps = apps, KeptFolders = kept, Duration = context.Time.GetElapsedTime(start) };
    }

    private async Task RestorePlatformAsync(PlatformRestorePlan plan, IBackupStorage storage, CancellationToken cancellationToken)
    {
        var (platform, content) = (plan.Platform!, plan.Content!);
        using var appLocks = LockApps();
        var entry = new PlatformRestoreEntry
        {
            BackupId = platform.Info.Id,
            Site = plan.Preview.Site,
            Phase = PlatformRestorePhase.Platform,
            // What another restore left half done is settled by this one, too.
            ExtraDirectories = context.PlatformRestores.Find()?.ExtraDirectories ?? [],
        };
        context.PlatformRestores.Save(entry);
        var backup = await OpenedBackup.OpenAsync(context, platform.Stored, plan.IsTrusted, storage, cancellationToken).ConfigureAwait(false);
        await using (backup.ConfigureAwait(false))
        {
            entry = await new ExtraDirectoryRestorer(context, observer)
                .RunAsync(backup, content.Config, entry, plan.Source.Site.Limits, cancellationToken).ConfigureAwait(false);
        }
        entry = entry with { StaleSecrets = TakeSecrets(plan) };
        cancellationToken.ThrowIfCancellationRequested();
        observer.OnStep($"The catalog of {platform.Info.Id} takes the place of the one that is here.");
        new CatalogTakeover(context).Run(plan, entry);
        observer.OnStep("The platform itself is restored.");
    }

    /// <summary>
    /// Keeps what the backup holds and what was given. Returns what is left of the platform that is replaced: a site of the same name may be
    /// another one, which must not be signed in to with that.
    /// </summary>
    private List<string> TakeSecrets(PlatformRestorePlan plan)
    {
        var secrets = plan.Content!.Secrets;
        List<string> stale = [.. context.Credentials.Names.Except(secrets.Keys)];
        foreach (var (name, secret) in secrets)
        {
            context.Secrets.Write(name, secret);
        }
        if (plan.Source.Given is { } given && plan.IsKeyNeeded(given.Id))
        {
            context.Keys.Add(given);
        }
        var ofSite = SiteCredentials.NameOf(plan.Preview.Site);
        if (!secrets.ContainsKey(ofSite) && plan.Source.Credential is { UserName.Length: > 0 } credential)
        {
            // The backup held none: what it was read with is better than nothing.
            context.Credentials.Write(plan.Preview.Site, credential);
            stale.Remove(ofSite);
        }
        return stale;
    }

    /// <summary>Only now that the catalog is another one: until then, a restore that is run again may need them.</summary>
    private void ForgetStaleSecrets()
    {
        foreach (var name in context.PlatformRestores.Find()?.StaleSecrets ?? [])
        {
            context.Secrets.Remove(name);
        }
        context.PlatformRestores.Change(entry => entry with { StaleSecrets = [] });
    }

    /// <summary>The folders whose content this restore, or a part of it that was interrupted, has put aside.</summary>
    private List<KeptFolder> FindKept()
    {
        var entry = context.PlatformRestores.Find();
        var ofExtra = (entry?.ExtraDirectories ?? []).Where(directory => directory.KeptPath is not null)
            .Select(directory => new KeptFolder(directory.Name, directory.KeptPath!));
        List<KeptFolder> kept = [.. ofExtra.Concat(entry?.Kept ?? []).Where(folder => Directory.Exists(folder.KeptPath))];
        foreach (var folder in kept)
        {
            observer.OnWarning($"What was in '{folder.Path}' is kept in '{folder.KeptPath}'. Remove it when nothing of it is needed any more.");
        }
        return kept;
    }

    /// <summary>No process may be working on an app that is about to be forgotten.</summary>
    private AppLocks LockApps()
    {
        var locks = new AppLocks();
        try
        {
            foreach (var row in context.Apps.ListUnreadable().Where(row => row.AppId is not null))
            {
                locks.Add(LockedApp.EnterUnreadable(context, row, "restore of the platform", observer)!);
            }
            foreach (var app in context.Apps.List())
            {
                locks.Add(LockedApp.Enter(context, app, "restore of the platform", observer));
            }
            UnfinishedRestores.RemoveAll(context, observer);
            return locks;
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    private sealed class AppLocks : IDisposable
    {
        private readonly List<IDisposable> _taken = [];

        public void Add(IDisposable taken) => _taken.Add(taken);

        public void Dispose() => _taken.ForEach(taken => taken.Dispose());
    }
}
