using CloudBackup.Apps;
using CloudBackup.Commands;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Platform;
using CloudBackup.Restore;
using CloudBackup.Swapping;

namespace CloudBackup.Clone;

/// <summary>Brings a new app up on restored data. When that fails, there is neither app nor data.</summary>
internal sealed class AppInstaller(EngineContext context, IOperationObserver observer)
{
    /// <summary>
    /// The app to install: an interrupted installation of the same is gone on with, everything else that is in the way is told. Only what
    /// an interrupted installation of something else has fetched for the same folder is removed.
    /// </summary>
    /// <param name="wanted">The app; an empty id for a new one.</param>
    /// <param name="source">Where its data comes from.</param>
    /// <exception cref="BackupException">A value is invalid, or location or folder are in use.</exception>
    public BackupApp Prepare(BackupApp wanted, IRestoreSource source)
    {
        wanted = AppRules.CheckValues(wanted) with
        {
            Registered = context.Time.GetUtcNow(),
        };
        wanted = wanted.BeginInstallation(source.Name);
        var known = context.Apps.Find(wanted.Location);
        var isOurs = known is { IsBeingInstalled: true } && known.UnfinishedRestore == wanted.UnfinishedRestore && known.DataDirectory == wanted.DataDirectory;
        if (known is not null && !isOurs)
        {
            throw BackupErrors.AppExists(wanted.Location);
        }
        wanted = wanted with { Id = isOurs ? known!.Id : wanted.Id != Guid.Empty ? wanted.Id : context.Random.NextGuid() };
        FolderClaim.CheckDataDirectory(context, wanted, AppFolder.ResolveNew(wanted));
        var canGoOn = UnfinishedRestores.CanGoOn(wanted, source.ResumeKey);
        if (!canGoOn)
        {
            UnfinishedRestores.MakeWay(context, wanted with { Id = Guid.Empty }, key: null, observer); // none of the locks are held yet
        }
        var isFree = isOurs || (canGoOn && !DataSwap.HoldsData(wanted.DataDirectory));
        var folder = new FolderToFill(wanted.DataDirectory, FolderClaim.Of(wanted).Whose, canGoOn ? 0 : source.Size, isFree);
        return FolderCheck.Run([folder], mayReplace: false).FirstOrDefault() is { } failure ? throw failure : wanted;
    }

    /// <summary>Registers the app, restores into it and starts it.</summary>
    /// <exception cref="BackupException">It failed; the app is not registered, and its folder as it was.</exception>
    public async Task<BackupApp> RunAsync(BackupApp app, IRestoreSource source, SiteLimits limits, AppCopyOptions options, CancellationToken cancellationToken)
    {
        var limit = Limit(app.Location, source.IsTrusted, options.AllowCommand);
        using var locked = LockedApp.Register(context, app, "installation");
        var wasThere = Directory.Exists(app.DataDirectory); // under the lock: another installation of it may have just failed
        try
        {
            locked.Settle(observer);
            var job = new RestoreJob(locked)
            {
                App = app, // what an interrupted installation of it has left is replaced
                Restored = app.Finish(app.Version),
                Source = source,
                Limits = limits,
                IsFresh = true,
                SkipDns = options.SkipDns,
                Reword = failure => BackupErrors.AppNotBroughtUp(app.Location, failure),
                Configure = (present, config) => Configure(present, limit(config), options),
            };
            return await new AppRestorer(context, observer).RunAsync(job, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await RemoveAsync(locked, wasThere, options.SkipDns).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What is used of the backup's configuration; what is not is told once.</summary>
    private Func<AppConfig, AppConfig> Limit(string location, bool isTrusted, bool allowsCommands)
    {
        AppConfig? limited = null;
        return config => isTrusted ? config : limited ??= UntrustedConfig.Limit(config, location, allowsCommands, observer.OnWarning);
    }

    private static BackupApp Configure(BackupApp app, AppConfig config, AppCopyOptions options)
    {
        app = app with
        {
            PackageName = config.PackageName,
            Exclude = config.Exclude,
            Addons = config.Addons,
            Commands = config.Commands,
            AutomaticBackup = config.AutomaticBackup,
        };
        return AppRules.CheckValues(options.Change?.Invoke(app) ?? app);
    }

    /// <summary>Undoes it all; never cancelled, since half an app is worse than none.</summary>
    private async Task RemoveAsync(LockedApp locked, bool keepFolder, bool skipDns)
    {
        var app = locked.App;
        var present = context.Apps.Find(app.Id) ?? app;
        try
        {
            locked.Settle(observer);
            if (FolderCheck.IsOccupied(app.DataDirectory))
            {
                await new CommandRunner(observer) { SkipDns = skipDns }.TryRunAsync("StopCommand", present.Commands.Stop, present).ConfigureAwait(false);
            }
        }
        catch (BackupException failure)
        {
            observer.OnWarning(failure.Message);
        }
        try
        {
            RemoveData(context.Apps.Find(app.Id) ?? app, keepFolder, isResumable: context.RestoreJournal.Find(app.Id) is not null);
        }
        catch (Exception failure) when (failure is FileTreeException or BackupException)
        {
            observer.OnWarning($"'{app.DataDirectory}' could not be removed: {failure.Message} Remove it by hand.");
        }
        context.Apps.Remove(app.Id);
    }

    /// <summary>Removes the data, but not what was fetched and may be gone on with; that is inside where the folder was there before.</summary>
    private static void RemoveData(BackupApp app, bool keepFolder, bool isResumable)
    {
        if (app.DataFolder is not { } known || !Directory.Exists(known.Path))
        {
            return; // the restore never came to it
        }
        using var folder = AppFolder.Open(app);
        foreach (var name in folder.ReadNames(CancellationToken.None).Where(name => !isResumable || name != DataSwap.StagingName))
        {
            TreeRemoval.Remove(folder, name);
        }
        if (keepFolder)
        {
            return;
        }
        using var parent = LocalFileSystem.OpenReal(Path.GetDirectoryName(known.Path)!);
        parent.RemoveDirectory(Path.GetFileName(known.Path)); // empty, whichever folder it is by now
    }
}
