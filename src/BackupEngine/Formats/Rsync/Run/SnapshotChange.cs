using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Formats.Rsync.Snapshot;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>
/// What a run leaves behind while it changes a snapshot: the plan and the log on this machine, and the state in the storage that says that
/// the snapshot is changing. They come before the first change and go after the last. Thread-safe.
/// </summary>
/// <param name="files">Where those are; null where there is no snapshot.</param>
/// <param name="target">The snapshot.</param>
/// <param name="plan">The plan.</param>
/// <param name="knownToken">The token of the state that the plan was made from; null when there was none.</param>
/// <param name="time">The clock.</param>
internal sealed class SnapshotChange(SnapshotFiles? files, SnapshotTarget target, SyncPlan plan, string? knownToken, TimeProvider time) : IDisposable
{
    private readonly Lock _beginning = new();
    private Task? _begun;
    private SnapshotLease? _lease;
    private volatile bool _hasLost;

    private readonly PlanLog _log = PlanLog.Create(plan.LogPath, plan.Stamp);

    /// <summary>What has been done.</summary>
    public PlanLog Log => _log;

    /// <summary>Whether anything of the snapshot was, or may have been, changed.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>The token that the snapshot's state has when no other process has changed it.</summary>
    public string? StateToken => HasChanged ? plan.Stamp.Token : knownToken;

    /// <summary>
    /// Called before each change; returns when it may be made. What cannot begin is not begun again: every caller gets the one failure.
    /// </summary>
    /// <exception cref="BackupException">Another process changes the snapshot, or has changed it since the plan was made.</exception>
    public Task BeginChangeAsync(CancellationToken cancellationToken)
    {
        if (HasChanged)
        {
            _lease?.Check();
            return Task.CompletedTask;
        }
        lock (_beginning)
        {
            return _begun ??= Task.Run(() => BeginAsync(cancellationToken), CancellationToken.None);
        }
    }

    /// <summary>
    /// Makes sure that no other process has changed the snapshot since the plan was made: what was rotated is then what the records say.
    /// </summary>
    /// <exception cref="BackupException">Another process has.</exception>
    public async Task CheckUndisturbedAsync(CancellationToken cancellationToken)
    {
        if (files is null)
        {
            return;
        }
        if (_lease is not null)
        {
            await _lease.CheckAloneAsync(cancellationToken).ConfigureAwait(false);
        }
        await CheckStateAsync(files, StateToken, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>There is no further change: another process may make one.</summary>
    /// <param name="stop">The run's: once it is stopped, this takes some seconds at most.</param>
    public async Task EndChangesAsync(CancellationToken stop)
    {
        if (_lease is { } lease)
        {
            _lease = null;
            await lease.EndAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Called before the object of an action is replaced or removed; returns when that may be done.
    /// </summary>
    /// <exception cref="BackupException">As of <see cref="BeginChangeAsync"/>.</exception>
    public async Task BeforeReplaceAsync(PlanLine planned, long action, CancellationToken cancellationToken)
    {
        await BeginChangeAsync(cancellationToken).ConfigureAwait(false);
        if (planned.IsKnown)
        {
            _log.Start(action);
        }
    }

    /// <summary>An object holds what the line says.</summary>
    /// <param name="action">The number of the action.</param>
    /// <param name="stored">The item as it was stored.</param>
    /// <param name="isCertain">Whether it held the same when the state was last complete; another object may not be durable yet.</param>
    public void Finish(long action, PlanLine stored, bool isCertain) =>
        _log.Finish(action, stored, isPending: !isCertain && target.Storage.As<IDeferredFlush>() is not null);

    /// <summary>
    /// Makes durable what was uploaded so far. A system tells only once what it could not write: after a flush that failed, no other one of this
    /// run says anything of what was uploaded before.
    /// </summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var batch = _log.BeginFlush();
        if (target.Storage.As<IDeferredFlush>() is { } deferred)
        {
            try
            {
                await deferred.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (StorageException)
            {
                _hasLost = true;
                throw;
            }
        }
        if (!_hasLost)
        {
            _log.EndFlush(batch);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (files is not null)
        {
            if (LineFileReader<PlanLine>.ReadStamp(files.Plan) is { } interrupted)
            {
                // It belongs to a run on this machine, which is dead: the app's lock is ours.
                await target.Storage.RemoveAsync(files.LeasePathOf(interrupted.Token), cancellationToken).ConfigureAwait(false);
            }
            // Plan and log name each other: one of them alone, or with an older other one, is not believed.
            File.Move(plan.LogPath, files.Log, overwrite: true);
            File.Move(plan.Path, files.Plan, overwrite: true);
            plan.Path = files.Plan;
            _lease = await SnapshotLease.TakeAsync(target.Storage, files, plan.Stamp.Token, time, cancellationToken).ConfigureAwait(false);
            await CheckStateAsync(files, knownToken, cancellationToken).ConfigureAwait(false);
            await new SnapshotState { Token = plan.Stamp.Token }
                .WriteAsync(target.Storage, files.StatePath, target.Sealer, cancellationToken).ConfigureAwait(false);
        }
        HasChanged = true;
    }

    private async Task CheckStateAsync(SnapshotFiles kept, string? token, CancellationToken cancellationToken)
    {
        var state = await SnapshotState.TryReadAsync(target.Storage, kept.StatePath, target.Opener, cancellationToken).ConfigureAwait(false);
        if (state?.Token != token)
        {
            throw BackupErrors.SnapshotShared(kept.Root);
        }
    }
}
