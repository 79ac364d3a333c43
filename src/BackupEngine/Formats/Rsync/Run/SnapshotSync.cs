using System.Collections.Concurrent;
using CloudBackup.FileTree;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Formats.Rsync.Snapshot;
using CloudBackup.Source;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>
/// Carries out a plan: removes what is gone, then uploads what is new or changed, many at a time. Before the first change the plan is put
/// where the next run finds it, and the storage is told that the snapshot is changing.
/// </summary>
internal sealed class SnapshotSync(SnapshotTarget target, FormatWriteRequest run, SnapshotChange change, PlanOrigins origins) : IDisposable
{
    private const int RemovalsAtATime = 1000;
    private const int FilesAtATime = 64;
    private const long BytesAtATime = 1024 * 1024;

    /// <summary>So much at most waits for the disk: it writes while we read, and has little left to do at the end.</summary>
    private const long FlushAfter = 200_000_000;

    /// <summary>So much work at most has to be looked at again when the machine dies.</summary>
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _flushing = new(1);
    private readonly ConcurrentBag<FileUploader> _idle = [];
    private readonly int _uploads = (int)Math.Clamp(
        MemoryBudget.OfFormat(run.Limits, target.Storage.Capabilities) / FileUploader.MostMemory,
        1,
        run.Limits.UploadConcurrency ?? target.Storage.Capabilities.UploadConcurrency);
    private long _unflushed;
    private long _lastFlush = run.Time.GetTimestamp();

    /// <summary>What became of further names of files that have vanished; null when none has.</summary>
    public VanishedFirstNames? Links { get; private set; }

    /// <summary>Carries the plan out.</summary>
    public async Task RunAsync(SyncPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Removals > 0)
        {
            await change.BeginChangeAsync(cancellationToken).ConfigureAwait(false);
            await RemoveAsync(plan.ReadRemovals(), cancellationToken).ConfigureAwait(false);
        }
        try
        {
            await UploadAsync(plan, cancellationToken).ConfigureAwait(false);
        }
        catch when (!cancellationToken.IsCancellationRequested)
        {
            await TryFlushAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _flushing.Dispose();

    private async Task RemoveAsync(IEnumerable<string> objectPaths, CancellationToken cancellationToken)
    {
        var paths = objectPaths.Select(target.PathOf);
        var options = new ParallelOptions { MaxDegreeOfParallelism = _uploads, CancellationToken = cancellationToken };
        if (target.Storage.As<IBulkRemove>() is not { } remover)
        {
            await Parallel.ForEachAsync(paths, options, async (path, token) =>
                await target.Storage.RemoveAsync(path, token).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }
        await Parallel.ForEachAsync(paths.Chunk(RemovalsAtATime), options, async (chunk, token) =>
        {
            var failures = await remover.RemoveAllAsync(chunk, token).ConfigureAwait(false);
            if (failures.Count > 0)
            {
                throw failures[0].Reason;
            }
        }).ConfigureAwait(false);
    }

    private async Task UploadAsync(SyncPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Actions == 0)
        {
            return;
        }
        using var finder = new SourceFinder(origins);
        var options = new ParallelOptions { MaxDegreeOfParallelism = _uploads, CancellationToken = cancellationToken };
        var lost = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Gather(Work(plan, finder)), options, async (group, token) =>
        {
            try
            {
                foreach (var work in group)
                {
                    if (await UploadAsync(work, token).ConfigureAwait(false) is null && work.Planned.Facts.LinkCount > 1)
                    {
                        lost.Add(work.Planned.Path);
                    }
                }
            }
            finally
            {
                Release(group);
            }
            await FlushNowAndThenAsync(group.Sum(work => work.Planned.Facts.Size), token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (!lost.IsEmpty)
        {
            await MoveLinksAsync(plan, lost.ToHashSet(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// What one worker takes at once. On a disk those are short files of one folder: several workers in one folder wait for each other, for
    /// the system takes one change of a folder at a time. Where each request is a round trip, it is one file.
    /// </summary>
    private IEnumerable<List<Upload>> Gather(IEnumerable<Upload> uploads)
    {
        var most = target.Storage.Capabilities.IsRemote ? 1 : FilesAtATime;
        var group = new List<Upload>();
        var folder = "";
        long bytes = 0;
        try
        {
            foreach (var upload in uploads)
            {
                var next = StoragePath.FolderOf(upload.Planned.Path);
                if (group.Count > 0 && (group.Count == most || bytes + upload.Planned.Facts.Size > BytesAtATime || next != folder))
                {
                    var full = group;
                    group = [upload];
                    bytes = 0;
                    yield return full;
                }
                else
                {
                    group.Add(upload);
                }
                folder = next;
                bytes += upload.Planned.Facts.Size;
            }
            if (group.Count > 0)
            {
                var rest = group;
                group = [];
                yield return rest;
            }
        }
        finally
        {
            Release(group); // those that no worker has taken
        }
    }

    /// <summary>Closes the folders of files whose turn did not come: an item that is done with is closed already.</summary>
    private static void Release(List<Upload> group) => group.ForEach(work => work.Item?.Dispose());

    /// <summary>The files to read, in the order of the plan, each found in its folder.</summary>
    private IEnumerable<Upload> Work(SyncPlan plan, SourceFinder finder)
    {
        long action = 0;
        foreach (var planned in plan.Read().Where(record => record.Action != PlanAction.None))
        {
            yield return new Upload(planned, action++, TryFind(finder, planned));
        }
    }

    /// <summary>A file, found again; null when it is gone, which is counted.</summary>
    private SourceItem? TryFind(SourceFinder finder, PlanLine record)
    {
        try
        {
            return finder.Find(record);
        }
        catch (FileTreeException failure)
        {
            run.Issues.Handle(failure, record.Path, origins.FindTree(record));
            return null;
        }
    }

    private async Task<PlanLine?> UploadAsync(Upload work, CancellationToken cancellationToken)
    {
        var uploader = _idle.TryTake(out var idle) ? idle : new FileUploader(target, run, change);
        try
        {
            if (work.Item is not null)
            {
                using (work.Item)
                {
                    var (record, isUploaded) = await uploader.RunAsync(work.Planned, work.Action, work.Item, cancellationToken).ConfigureAwait(false);
                    // An object that was read back may be one that an interrupted run has written, and the disk does not have yet.
                    change.Finish(work.Action, record, isCertain: !isUploaded && work.Planned.Action == PlanAction.Compare);
                    return record;
                }
            }
        }
        catch (FileTreeException failure)
        {
            run.Issues.Handle(failure, work.Planned.Path, origins.FindTree(work.Planned));
        }
        catch (StreamBrokenException broken)
        {
            run.Issues.AddBroken(broken);
        }
        finally
        {
            _idle.Add(uploader);
        }
        if (work.Planned.StoredSize >= 0)
        {
            await change.BeginChangeAsync(cancellationToken).ConfigureAwait(false);
            await target.RemoveAsync(target.NewNames().ObjectOf(work.Planned.Path), cancellationToken).ConfigureAwait(false);
        }
        change.Log.Drop(work.Action);
        return null;
    }

    /// <summary>
    /// A file has vanished that other items are further names of: the first of those that is still there takes its place. Its action gets a
    /// number that none of the plan has.
    /// </summary>
    private async Task MoveLinksAsync(SyncPlan plan, HashSet<string> lost, CancellationToken cancellationToken)
    {
        using var finder = new SourceFinder(origins);
        var links = Links = new VanishedFirstNames(lost);
        var action = plan.Actions;
        foreach (var link in plan.Read().Where(record => record.Kind == EntryKind.HardLink && links.IsDue(record)))
        {
            var item = TryFind(finder, link);
            var work = new Upload(link with { Kind = EntryKind.File, LinkTarget = null, Action = PlanAction.Upload }, action, item);
            links.Settle(link, await UploadAsync(work, cancellationToken).ConfigureAwait(false));
            action++;
        }
    }

    private async Task FlushNowAndThenAsync(long bytes, CancellationToken cancellationToken)
    {
        var isDue = Interlocked.Add(ref _unflushed, bytes) >= FlushAfter || run.Time.GetElapsedTime(Interlocked.Read(ref _lastFlush)) >= FlushEvery;
        if (!isDue || !await _flushing.WaitAsync(0, cancellationToken).ConfigureAwait(false))
        {
            return;
        }
        try
        {
            Interlocked.Exchange(ref _unflushed, 0);
            await change.FlushAsync(cancellationToken).ConfigureAwait(false);
            Interlocked.Exchange(ref _lastFlush, run.Time.GetTimestamp());
        }
        finally
        {
            _flushing.Release();
        }
    }

    /// <summary>What was done counts in the next run, if the storage still answers.</summary>
    private async Task TryFlushAsync()
    {
        try
        {
            await change.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // The failure that ended the run is the one to tell.
        }
    }

    private sealed record Upload(PlanLine Planned, long Action, SourceItem? Item);
}
