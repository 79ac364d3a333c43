using CloudBackup.Formats.Lines;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync.Snapshot;

/// <summary>
/// The right to change a snapshot, held by one run at a time, whatever machine it runs on: after a move of the platform the old server may
/// still run its schedule. Each run announces itself with an object beside the snapshot, and looks for others' only then, so that of two at
/// least one sees the other and gives way. The object is written again every minute; one whose time is a quarter of an hour away from now, by the
/// storage's own clock, belongs to a run that has died: a live run's time cannot be old, and is not ahead for longer than a minute after the storage's
/// clock was set back. A run that could not write it for ten minutes stops by itself. Other names than runs give their objects mean nothing.
/// </summary>
internal sealed class SnapshotLease : IAsyncDisposable
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopAfter = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DeadAfter = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan TidyLimit = TimeSpan.FromSeconds(15);

    private readonly IBackupStorage _storage;
    private readonly SnapshotFiles _files;
    private readonly string _token;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private Task _renewing = Task.CompletedTask;
    private long _renewed;

    private SnapshotLease(IBackupStorage storage, SnapshotFiles files, string token, TimeProvider time)
    {
        _storage = storage;
        _files = files;
        _token = token;
        _time = time;
        _renewed = time.GetTimestamp();
    }

    private string Path => _files.LeasePathOf(_token);

    /// <summary>Takes the right to change the snapshot.</summary>
    /// <param name="storage">Holds the snapshot.</param>
    /// <param name="files">Where it is.</param>
    /// <param name="token">Names the change.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="BackupException">Another run has it.</exception>
    public static async Task<SnapshotLease> TakeAsync(
        IBackupStorage storage, SnapshotFiles files, string token, TimeProvider time, CancellationToken cancellationToken)
    {
        var lease = new SnapshotLease(storage, files, token, time);
        try
        {
            await lease.AnnounceAsync(cancellationToken).ConfigureAwait(false);
            var all = await lease.ListAsync(cancellationToken).ConfigureAwait(false);
            var now = all.Find(other => other.Path == lease.Path)?.Modified;
            foreach (var other in all.Where(other => other.Path != lease.Path))
            {
                if (!((now - other.Modified)?.Duration() > DeadAfter))
                {
                    throw BackupErrors.SnapshotBusy(files.Root, DeadAfter);
                }
                await storage.RemoveAsync(other.Path, cancellationToken).ConfigureAwait(false);
            }
            lease._renewing = lease.RenewAsync();
            return lease;
        }
        catch
        {
            await lease.EndAsync(cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes sure that no other process can have taken the right meanwhile. Costs nothing.</summary>
    /// <exception cref="BackupException">Another process may have.</exception>
    public void Check()
    {
        if (_time.GetElapsedTime(Interlocked.Read(ref _renewed)) > StopAfter)
        {
            throw BackupErrors.SnapshotShared(_files.Root);
        }
    }

    /// <summary>Makes sure that no other process has announced a change.</summary>
    /// <exception cref="BackupException">Another process has.</exception>
    public async Task CheckAloneAsync(CancellationToken cancellationToken)
    {
        Check();
        var all = await ListAsync(cancellationToken).ConfigureAwait(false);
        if (all.Count != 1 || all[0].Path != Path)
        {
            throw BackupErrors.SnapshotShared(_files.Root);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => EndAsync(CancellationToken.None);

    /// <summary>Gives the right back. A storage that does not answer any more keeps others away for a quarter of an hour.</summary>
    /// <param name="stop">The run's: once it is stopped, giving back takes some seconds at most.</param>
    public async ValueTask EndAsync(CancellationToken stop)
    {
        using var tidy = new StopGrace(TidyLimit, _time, stop);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        try
        {
            await _storage.RemoveAsync(Path, tidy.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StorageException or OperationCanceledException)
        {
            // What ended the run is the thing to tell.
        }
        _stop.Dispose();
    }

    private Task<long> AnnounceAsync(CancellationToken cancellationToken) =>
        _storage.WriteAsync(Path, ObjectContent.FromUrgentBytes(System.Text.Encoding.ASCII.GetBytes(_token)), WriteMode.Replace, cancellationToken);

    private Task<List<StoredObject>> ListAsync(CancellationToken cancellationToken) =>
        _storage.ListAsync(_files.LeaseFolder, recursive: true, cancellationToken).Where(IsLease).ToListAsync(cancellationToken).AsTask();

    private bool IsLease(StoredObject found) => found.Path == Path
        || (found.Path == _files.LeasePathOf(found.Name) && found.Name.Length == LineStamp.TokenLength && found.Name.All(char.IsAsciiHexDigitLower));

    private async Task RenewAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(RenewEvery, _time);
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                await TryRenewAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    private async Task TryRenewAsync()
    {
        var start = _time.GetTimestamp();
        try
        {
            await AnnounceAsync(_stop.Token).ConfigureAwait(false);
            Interlocked.Exchange(ref _renewed, start);
        }
        catch (StorageException)
        {
            // The next try may succeed in time; if none does, the run stops before its next change.
        }
    }
}
