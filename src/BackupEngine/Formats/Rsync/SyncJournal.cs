using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync;

/// <summary>
/// What a run leaves behind while it changes a snapshot: the plan and the log on this machine, and the state in the storage that says that
/// the snapshot is changing. They come before the first change and go after the last. Thread-safe.
/// </summary>
internal sealed class SyncJournal(SyncFiles? files, SnapshotTarget target, SyncPlan plan) : IDisposable
{
    private readonly SemaphoreSlim _beginning = new(1);

    private readonly SyncLog _log = SyncLog.Create(plan.LogPath, plan.Stamp);

    /// <summary>What has been done.</summary>
    public SyncLog Log => _log;

    /// <summary>Whether anything of the snapshot was, or may have been, changed.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Called before each change; returns when it may be made.</summary>
    public async Task BeginChangeAsync(CancellationToken cancellationToken)
    {
        if (HasChanged)
        {
            return;
        }
        await _beginning.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (HasChanged)
            {
                return;
            }
            if (files is not null)
            {
                // Plan and log name each other: one of them alone, or with an older other one, is not believed.
                File.Move(plan.LogPath, files.Log, overwrite: true);
                File.Move(plan.Path, files.Plan, overwrite: true);
                plan.Path = files.Plan;
                await new SnapshotState { Token = plan.Stamp.Token }
                    .WriteAsync(target.Storage, files.StatePath, target.Cipher, cancellationToken).ConfigureAwait(false);
            }
            HasChanged = true;
        }
        finally
        {
            _beginning.Release();
        }
    }

    /// <summary>An object holds what the record says.</summary>
    public void Finish(long action, SyncRecord record, bool isUploaded) =>
        _log.Finish(action, record, isPending: isUploaded && target.Storage.As<IDeferredFlush>() is not null);

    /// <summary>Makes durable what was uploaded so far.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var batch = _log.BeginFlush();
        if (target.Storage.As<IDeferredFlush>() is { } deferred)
        {
            await deferred.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        _log.EndFlush(batch);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _log.Dispose();
        _beginning.Dispose();
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

    /// <summary>Tells by being there that objects of the snapshot may be damaged: all are read back, whatever is remembered.</summary>
    public string Doubt => DoubtOf(place.LocalFolder, place.Name);

    /// <summary>Has the next run read back all of a snapshot.</summary>
    public static void RaiseDoubt(string localFolder, string name) => File.WriteAllBytes(DoubtOf(localFolder, name), []);

    private string StatePathOf(bool encrypted) => $"{Root}.state{(encrypted ? BackupNames.EncryptedExtension : "")}";

    private static string DoubtOf(string localFolder, string name) => Path.Join(localFolder, $"{name}.doubt");

    private string InFolder(string extension) => Path.Join(place.LocalFolder, $"{place.Name}.{extension}");
}
