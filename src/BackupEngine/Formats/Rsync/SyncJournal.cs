using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync;

/// <summary>
/// What a run leaves behind while it changes a snapshot: the plan and the log on this machine, and the state in the storage that says that
/// the snapshot is changing. They come before the first change and go after the last. Thread-safe.
/// </summary>
/// <param name="files">Where those are; null where there is no snapshot.</param>
/// <param name="target">The snapshot.</param>
/// <param name="plan">The plan.</param>
/// <param name="knownToken">The token of the state that the plan was made from; null when there was none.</param>
/// <param name="time">The clock.</param>
internal sealed class SyncJournal(SyncFiles? files, SnapshotTarget target, SyncPlan plan, string? knownToken, TimeProvider time) : IDisposable
{
    private readonly Lock _beginning = new();
    private Task? _begun;
    private SnapshotLease? _lease;
    private volatile bool _hasLost;

    private readonly SyncLog _log = SyncLog.Create(plan.LogPath, plan.Stamp);

    /// <summary>What has been done.</summary>
    public SyncLog Log => _log;

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

    /// <summary>An object holds what the record says.</summary>
    /// <param name="action">The number of the action.</param>
    /// <param name="record">What the object holds.</param>
    /// <param name="isCertain">Whether it held the same when the state was last complete; another object may not be durable yet.</param>
    public void Finish(long action, SyncRecord record, bool isCertain) =>
        _log.Finish(action, record, isPending: !isCertain && target.Storage.As<IDeferredFlush>() is not null);

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
            if (SyncFileReader.ReadStamp(files.Plan) is { } interrupted)
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
                .WriteAsync(target.Storage, files.StatePath, target.Cipher, cancellationToken).ConfigureAwait(false);
        }
        HasChanged = true;
    }

    private async Task CheckStateAsync(SyncFiles kept, string? token, CancellationToken cancellationToken)
    {
        var state = await SnapshotState.TryReadAsync(target.Storage, kept.StatePath, target.Cipher, cancellationToken).ConfigureAwait(false);
        if (state?.Token != token)
        {
            throw BackupErrors.SnapshotShared(kept.Root);
        }
    }
}

/// <summary>The files and objects that belong to a snapshot besides its content.</summary>
internal sealed class SyncFiles(SnapshotPlace place, bool isEncrypted)
{
    /// <summary>What is remembered of the snapshot.</summary>
    public string Cache => InFolder("cache");

    /// <summary>The next one, while it is written.</summary>
    public string NewCache => InFolder("cache.new");

    /// <summary>The plan of a change that is under way, or did not come to its end.</summary>
    public string Plan => InFolder("plan");

    /// <summary>What has been done of the plan.</summary>
    public string Log => InFolder("log");

    /// <summary>The snapshot's folder in the storage.</summary>
    public string Root => $"{BackupNames.SnapshotFolder}/{place.Name}";

    /// <summary>The object beside it that tells its state.</summary>
    public string StatePath => StatePathOf(isEncrypted);

    /// <summary>What it was called before the site began, or ended, to encrypt.</summary>
    public string FormerStatePath => StatePathOf(!isEncrypted);

    /// <summary>The folder beside it that has an object of each run that changes the snapshot.</summary>
    public string LeaseFolder => LeaseFolderOf(Root);

    /// <summary>That object.</summary>
    public string LeasePathOf(string token) => $"{LeaseFolder}/{token}";

    /// <summary>Tells by being there that objects of the snapshot may be damaged: all are read back, whatever is remembered.</summary>
    private string Doubt => DoubtOf(place.LocalFolder, place.Name);

    /// <summary>The doubt that the present run deals with. One that is raised meanwhile is the next run's.</summary>
    private string DoubtAtHand => InFolder("doubted");

    /// <summary>Whether all objects have to be read back in this run.</summary>
    public bool TakeDoubt()
    {
        if (File.Exists(Doubt))
        {
            File.Move(Doubt, DoubtAtHand, overwrite: true);
        }
        return File.Exists(DoubtAtHand);
    }

    /// <summary>All objects were read back.</summary>
    public void SettleDoubt() => File.Delete(DoubtAtHand);

    /// <summary>The folder of the runs that change the snapshot at <paramref name="root"/>.</summary>
    public static string LeaseFolderOf(string root) => $"{root}.running";

    /// <summary>Has the next run read back all of a snapshot.</summary>
    public static void RaiseDoubt(string localFolder, string name) => File.WriteAllBytes(DoubtOf(localFolder, name), []);

    private string StatePathOf(bool encrypted) => $"{Root}.state{(encrypted ? BackupNames.EncryptedExtension : "")}";

    private static string DoubtOf(string localFolder, string name) => Path.Join(localFolder, $"{name}.doubt");

    private string InFolder(string extension) => Path.Join(place.LocalFolder, $"{place.Name}.{extension}");
}
