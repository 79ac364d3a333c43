using CloudBackup.Backup;
using CloudBackup.Catalog;
using CloudBackup.Commands;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;
using CloudBackup.Sites;

namespace CloudBackup.Restore;

/// <summary>
/// Brings an app back to a backup, data and version. The backup is unpacked and verified beside the present data while the app runs; then
/// the app is stopped, new and old change places, and the app is installed at the backup's version, started and asked for its health. Any
/// failure brings the old data, version and the app back (I6). Each step is in the journal before it is done.
/// </summary>
internal sealed class AppRestorer(EngineContext context, SiteStorage storages)
{
    /// <summary>Restores a backup in place and returns the app.</summary>
    /// <exception cref="BackupException">It failed; the data from before is in place.</exception>
    public async Task<BackupApp> RunAsync(string backupId, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var record = context.Backups.Find(backupId);
        var wanted = record?.Backup as AppBackup ?? throw BackupErrors.BackupNotFound(backupId);
        var app = context.Apps.Find(wanted.AppId) ?? throw BackupErrors.AppNotRegistered(wanted.Location, wanted.AppId);
        var site = storages.Resolve(wanted.Site);
        using var appLock = AppLock.Take(context, app, "restore");
        RestoreRecovery.Run(context, app, observer);
        CheckDataDirectory(app);
        return await storages.UseAsync(site, observer, async storage =>
        {
            var backup = await OpenedBackup.OpenAsync(context, record!, storage, cancellationToken).ConfigureAwait(false);
            await using var _ = backup.ConfigureAwait(false);
            return await RestoreAsync(app, backup, site, observer, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private async Task<BackupApp> RestoreAsync(
        BackupApp app, OpenedBackup backup, BackupSite site, IOperationObserver observer, CancellationToken cancellationToken)
    {
        var swap = DataSwap.Choose(app.DataDirectory, chosen => context.RestoreJournal.Save(EntryFor(app, backup, chosen)));
        var entry = EntryFor(app, backup, swap);
        context.Apps.Update(app with { State = AppState.Restoring });
        try
        {
            await UnpackAsync(app, backup, swap, site, observer, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            context.Apps.Update(app);
            RestoreRecovery.RemoveStaging(context, entry, swap, observer);
            throw;
        }
        var restored = app with { Version = backup.Info.Version, State = AppState.Installed, LastError = null };
        await SwapAsync(app, restored, swap, entry, observer, cancellationToken).ConfigureAwait(false);
        context.RestoreJournal.Commit(entry, restored, context.Apps);
        RestoreRecovery.RemoveStaging(context, entry, swap, observer);
        observer.OnStep($"{app.Location} is restored to {backup.Info.Id}.");
        return context.Apps.Find(app.Id) ?? restored;
    }

    private static RestoreJournalEntry EntryFor(BackupApp app, OpenedBackup backup, DataSwap swap) => new()
    {
        AppId = app.Id,
        BackupId = backup.Info.Id,
        DataDirectory = swap.DataDirectory,
        IsWholeFolder = swap.IsWholeFolder,
        Phase = RestorePhase.Unpacking,
    };

    private async Task UnpackAsync(
        BackupApp app, OpenedBackup backup, DataSwap swap, BackupSite site, IOperationObserver observer, CancellationToken cancellationToken)
    {
        observer.OnStep($"Unpacking {backup.Info.Id} beside the data of {app.Location}.");
        try
        {
            swap.Prepare();
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DestinationUnusable(app.DataDirectory, failure);
        }
        var unpacker = new BackupUnpacker(context, observer);
        var activity = $"Restoring {app.Location}";
        await unpacker.RunAsync(backup, site.Limits, swap.UnpackPath, app.DataDirectory, activity, cancellationToken).ConfigureAwait(false);
        if (!Directory.Exists(Path.Join(swap.UnpackPath, "data")))
        {
            throw BackupErrors.BackupDamaged(backup.Info.Id, "it has no data folder.");
        }
    }

    private async Task SwapAsync(
        BackupApp app,
        BackupApp restored,
        DataSwap swap,
        RestoreJournalEntry entry,
        IOperationObserver observer,
        CancellationToken cancellationToken)
    {
        var commands = new CommandRunner(observer);
        var progress = SwapProgress.Nothing;
        try
        {
            progress = SwapProgress.Stopping;
            await commands.RunAsync("StopCommand", app.Commands.Stop, app, cancellationToken).ConfigureAwait(false);
            context.RestoreJournal.Save(entry with { Phase = RestorePhase.Swapping });
            progress = SwapProgress.Swapping;
            observer.OnStep($"Putting the restored data in the place of '{app.DataDirectory}'.");
            swap.PutNewInPlace();
            progress = SwapProgress.Installing;
            await commands.RunAsync("InstallCommand", app.Commands.Install, restored, cancellationToken).ConfigureAwait(false);
            progress = SwapProgress.Starting;
            await commands.RunAsync("StartCommand", app.Commands.Start, restored, cancellationToken).ConfigureAwait(false);
            await commands.RunAsync("HealthCommand", app.Commands.Health, restored, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is BackupException or FileTreeException or OperationCanceledException)
        {
            await RollBackAsync(app, swap, entry, progress, observer).ConfigureAwait(false);
            if (failure is OperationCanceledException)
            {
                throw;
            }
            throw BackupErrors.RestoreRolledBack(app.Location, failure);
        }
    }

    /// <summary>Undoes what was done, in reverse; never cancelled, since half a roll-back is the worst state of all.</summary>
    private async Task RollBackAsync(
        BackupApp app, DataSwap swap, RestoreJournalEntry entry, SwapProgress progress, IOperationObserver observer)
    {
        observer.OnStep($"Bringing {app.Location} back to what it was.");
        var commands = new CommandRunner(observer);
        string? error = null;
        if (progress >= SwapProgress.Starting)
        {
            await TryRunAsync("StopCommand", app.Commands.Stop).ConfigureAwait(false);
        }
        if (progress >= SwapProgress.Swapping)
        {
            swap.PutOldBack();
        }
        if (progress >= SwapProgress.Installing)
        {
            await TryRunAsync("InstallCommand", app.Commands.Install).ConfigureAwait(false);
        }
        await TryRunAsync("StartCommand", app.Commands.Start).ConfigureAwait(false);
        context.Apps.Update(error is null ? app : app with { State = AppState.Error, LastError = error });
        RestoreRecovery.RemoveStaging(context, entry, swap, observer);

        async Task TryRunAsync(string name, IReadOnlyList<string> command)
        {
            try
            {
                await commands.RunAsync(name, command, app, CancellationToken.None).ConfigureAwait(false);
            }
            catch (BackupException failure)
            {
                error = failure.Message;
                observer.OnWarning(failure.Message);
            }
        }
    }

    private static void CheckDataDirectory(BackupApp app)
    {
        try
        {
            LocalFileSystem.Open(app.DataDirectory).Dispose();
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DataDirectoryUnusable(app.Location, app.DataDirectory, failure);
        }
    }

    private enum SwapProgress
    {
        Nothing,
        Stopping,
        Swapping,
        Installing,
        Starting,
    }
}
