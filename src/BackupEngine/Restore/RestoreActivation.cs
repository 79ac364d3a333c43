using CloudBackup.Catalog;
using CloudBackup.Commands;
using CloudBackup.FileTree;
using CloudBackup.Platform;
using CloudBackup.Swapping;

namespace CloudBackup.Restore;

/// <summary>The second half of a restore: from stopping the app to its health on the restored data, and back when that fails.</summary>
internal sealed class RestoreActivation(EngineContext context, IOperationObserver observer, RestoreJob job, DataSwap swap, RestoreJournalEntry entry)
{
    private readonly SwapParts _parts = SwapParts.OfApp(swap);
    private readonly CommandRunner _commands = new(observer) { SkipDns = job.SkipDns };
    private Progress _progress = Progress.Nothing;

    private enum Progress
    {
        Nothing,
        Stopping,
        Swapping,
        Installing,
        Starting,
    }

    /// <summary>Runs to the accepted end.</summary>
    /// <exception cref="BackupException">It failed: the old data is back, or the app is in state Error on the new.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SwapAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is BackupException or FileTreeException or OperationCanceledException)
        {
            var stays = job.IsFresh && _progress >= Progress.Installing;
            if (stays)
            {
                Leave(failure);
            }
            else
            {
                await RollBackAsync(failure).ConfigureAwait(false);
            }
            if (failure is OperationCanceledException)
            {
                throw;
            }
            var told = stays ? BackupErrors.RestoreUnfinished(job.App.Location, failure) : BackupErrors.RestoreRolledBack(job.App.Location, failure);
            throw job.Reword?.Invoke(told) ?? told;
        }
        Accept(job.Restored);
    }

    private async Task SwapAsync(CancellationToken cancellationToken)
    {
        _progress = Progress.Stopping;
        await StopAsync(cancellationToken).ConfigureAwait(false);
        context.RestoreJournal.Save(entry with { Phase = RestorePhase.Swapping });
        _progress = Progress.Swapping;
        observer.OnStep($"Putting the restored data in the place of '{job.App.DataDirectory}'.");
        _parts.Commit();
        _progress = Progress.Installing;
        await RunAsync("InstallCommand", job.Restored.Commands.Install, job.Restored, cancellationToken).ConfigureAwait(false);
        context.RestoreJournal.Save(entry with { Phase = RestorePhase.Starting });
        _progress = Progress.Starting;
        await RunAsync("StartCommand", job.Restored.Commands.Start, job.Restored, cancellationToken).ConfigureAwait(false);
        await RunAsync("HealthCommand", job.Restored.Commands.Health, job.Restored, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Stops the app: no data is put under one that did not stop. One that was not started here yet may not know how to; where it has data, it
    /// is tried, unless that data is kept: what did not stop would go on writing to it.
    /// </summary>
    private async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!job.IsFresh || job.App.WasStarted || swap.KeptPath is not null)
        {
            await RunAsync("StopCommand", job.App.Commands.Stop, job.App, cancellationToken).ConfigureAwait(false);
        }
        else if (DataSwap.HoldsData(job.App.DataDirectory))
        {
            await TryRunAsync("StopCommand", job.App.Commands.Stop).ConfigureAwait(false);
        }
    }

    private void Accept(BackupApp app)
    {
        context.RestoreJournal.Commit(entry, app with { DataFolder = AppRecovery.NewFolder(app, entry) }, context.Apps);
        AppRecovery.CleanUp(context, entry, swap, observer);
    }

    /// <summary>Nothing was here before that would be better: the data stays, and the app waits for the administrator.</summary>
    private void Leave(Exception failure)
    {
        var reason = failure is OperationCanceledException ? BackupErrors.RestoreHealthUnknown(job.App.Location, job.Source.Name) : failure;
        Accept(job.App.Leave(job.Restored, _progress >= Progress.Starting, reason.Message));
    }

    /// <summary>Undoes what was done, in reverse; never cancelled, since half a roll-back is the worst state of all.</summary>
    private async Task RollBackAsync(Exception cause)
    {
        observer.OnStep($"Bringing {job.App.Location} back to what it was.");
        string? error = null;
        if (_progress >= Progress.Starting)
        {
            context.RestoreJournal.Save(entry with { Phase = RestorePhase.Swapping });
            error = await TryRunAsync("StopCommand", job.App.Commands.Stop).ConfigureAwait(false);
        }
        if (_progress >= Progress.Swapping)
        {
            PutOldBack(cause);
        }
        if (job.IsFresh)
        {
            if (job.App is { WasStarted: true, UnfinishedRestore: not null })
            {
                await TryRunAsync("StartCommand", job.App.Commands.Start).ConfigureAwait(false);
            }
            context.Apps.Update(job.App.FailRestore(cause));
            AppRecovery.CleanUp(context, entry, swap, observer);
            return;
        }
        if (_progress >= Progress.Installing)
        {
            error = await TryRunAsync("InstallCommand", job.App.Commands.Install).ConfigureAwait(false) ?? error;
        }
        error = await TryRunAsync("StartCommand", job.App.Commands.Start).ConfigureAwait(false) ?? error;
        context.Apps.Update(error is null ? job.App : job.App.Fail(error));
        AppRecovery.CleanUp(context, entry, swap, observer);
    }

    private void PutOldBack(Exception cause)
    {
        try
        {
            _parts.Undo();
        }
        catch (BackupException stuck)
        {
            // The journal stays: the next command on the app tries again.
            observer.OnWarning(cause.Message);
            context.Apps.Update(job.App.FailRestore(stuck));
            throw;
        }
    }

    private Task RunAsync(string name, IReadOnlyList<string> command, BackupApp app, CancellationToken cancellationToken) =>
        _commands.RunAsync(name, command, app, cancellationToken);

    private Task<string?> TryRunAsync(string name, IReadOnlyList<string> command) => _commands.TryRunAsync(name, command, job.App);
}
