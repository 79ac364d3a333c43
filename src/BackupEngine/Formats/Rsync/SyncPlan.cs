using CloudBackup.FileTree;
using CloudBackup.Formats.Objects;
using CloudBackup.Formats.Records;
using CloudBackup.Progress;

namespace CloudBackup.Formats.Rsync;

/// <summary>
/// What a run is going to do, in two files: all items in their order, each with its action, and the objects to remove. Made before anything
/// in the storage changes. Kept beside the sync cache while it is carried out, so that the next run knows what an interrupted one was about.
/// </summary>
internal sealed class SyncPlan
{
    /// <summary>The file of the items.</summary>
    public required string Path { get; set; }

    /// <summary>The file of the objects to remove.</summary>
    public required string RemovalPath { get; init; }

    /// <summary>The file that tells what has been done.</summary>
    public required string LogPath { get; init; }

    /// <summary>The token of the change that the plan is for.</summary>
    public required SyncStamp Stamp { get; init; }

    /// <summary>Items whose action is not <see cref="SyncAction.None"/>.</summary>
    public long Actions { get; set; }

    /// <summary>Objects to remove.</summary>
    public long Removals { get; set; }

    /// <summary>Items in all.</summary>
    public long Items { get; set; }

    /// <summary>Bytes of content in all.</summary>
    public long Bytes { get; set; }

    /// <summary>The object of <c>fsmetadata.json</c>; null when there is none that is known.</summary>
    public SyncRecord? FsMetadata { get; set; }

    /// <summary>The items, in order.</summary>
    public IEnumerable<SyncRecord> Read() => SyncFileReader.Read(Path);

    /// <summary>The paths of the objects to remove, below the snapshot.</summary>
    public IEnumerable<string> ReadRemovals() => SyncFileReader.Read(RemovalPath).Select(record => record.Path);
}

/// <summary>
/// Compares a source with what is known of its snapshot, both in the order of their paths, and writes down what has to be done. Neither is
/// held in memory.
/// </summary>
internal sealed class SyncPlanner
{
    private const int ItemsPerReport = 1000;

    private readonly ObjectNames _names;
    private readonly SyncPlan _plan;
    private readonly SyncFileWriter _items;
    private readonly SyncFileWriter _removals;

    private SyncPlanner(ObjectNames names, SyncPlan plan, SyncFileWriter items, SyncFileWriter removals)
    {
        _names = names;
        _plan = plan;
        _items = items;
        _removals = removals;
    }

    /// <summary>Makes a plan.</summary>
    /// <param name="request">What to compare.</param>
    /// <param name="cancellationToken">Stops the planning.</param>
    /// <exception cref="SyncFileException">What is known is damaged: nothing of the plan may be done.</exception>
    /// <exception cref="BackupException">Names cannot be stored, or the source cannot be read.</exception>
    public static SyncPlan Make(SyncPlanRequest request, CancellationToken cancellationToken)
    {
        var plan = new SyncPlan
        {
            Path = System.IO.Path.Join(request.Folder, "plan"),
            RemovalPath = System.IO.Path.Join(request.Folder, "removals"),
            LogPath = System.IO.Path.Join(request.Folder, "log"),
            Stamp = request.Stamp,
        };
        using var items = new SyncFileWriter(plan.Path);
        using var removals = new SyncFileWriter(plan.RemovalPath);
        var planner = new SyncPlanner(request.Names, plan, items, removals);
        foreach (var foreign in request.ForeignObjects)
        {
            planner.Remove(foreign);
        }
        planner.Merge(request, cancellationToken);
        request.Limits.Check();
        items.Complete(plan.Stamp, isDurable: false);
        removals.Complete(plan.Stamp, isDurable: false);
        return plan;
    }

    private void Merge(SyncPlanRequest request, CancellationToken cancellationToken)
    {
        using var known = request.Known.GetEnumerator();
        var hasKnown = known.MoveNext();
        foreach (var item in request.Items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_plan.Items % ItemsPerReport == 0)
            {
                request.Counters.Expect(_plan.Bytes, _plan.Items);
            }
            while (hasKnown && PathOrder.Compare(known.Current.Path, item.Path) < 0)
            {
                Forget(known.Current);
                hasKnown = known.MoveNext();
            }
            var match = hasKnown && known.Current.Path == item.Path ? known.Current : null;
            if (match is not null)
            {
                hasKnown = known.MoveNext();
            }
            if (item.MayHaveContent)
            {
                request.Limits.Add(item.Path);
            }
            if (item.Kind == EntryKind.File)
            {
                AddFile(item, match, request.IsGenerated(item));
            }
            else
            {
                Add(item);
                if (match is not null)
                {
                    Forget(match);
                }
            }
        }
        for (; hasKnown; hasKnown = known.MoveNext())
        {
            Forget(known.Current);
        }
    }

    private void AddFile(SyncRecord item, SyncRecord? match, bool isGenerated)
    {
        _plan.Bytes += item.Facts.Size;
        if (match is null || match.StoredSize < 0)
        {
            Add(item with { Action = SyncAction.Upload });
        }
        else if (!match.IsKnown)
        {
            var fits = match.StoredSize == _names.StoredSize(item.Facts.Size);
            Add(item with { Action = fits ? SyncAction.Verify : SyncAction.Upload, StoredSize = match.StoredSize });
        }
        else if (match.IsUnchanged(item.Facts) && !isGenerated)
        {
            Add(item with { StoredSize = match.StoredSize, Sha256 = match.Sha256, Knows = match.Knows, Attributes = match.Attributes });
        }
        else
        {
            var fits = match.StoredSize == _names.StoredSize(item.Facts.Size);
            Add(item with
            {
                Action = fits ? SyncAction.Compare : SyncAction.Upload,
                StoredSize = match.StoredSize,
                Sha256 = match.Sha256,
                Knows = SyncKnowledge.Hash,
            });
        }
    }

    private void Add(SyncRecord record)
    {
        _items.Write(record);
        _plan.Items++;
        _plan.Actions += record.Action == SyncAction.None ? 0 : 1;
    }

    private void Forget(SyncRecord known)
    {
        if (known.Path == FsMetadataWriter.Path)
        {
            _plan.FsMetadata = known;
        }
        else if (known.StoredSize >= 0)
        {
            Remove(_names.ObjectOf(known.Path));
        }
    }

    private void Remove(string objectPath)
    {
        _removals.Write(new SyncRecord { Path = objectPath });
        _plan.Removals++;
    }
}

/// <summary>What a plan is made of.</summary>
internal sealed record SyncPlanRequest
{
    /// <summary>A local folder of the run.</summary>
    public required string Folder { get; init; }

    /// <summary>The token of the change that the plan is for.</summary>
    public required SyncStamp Stamp { get; init; }

    /// <summary>The source, ordered by path.</summary>
    public required IEnumerable<SyncRecord> Items { get; init; }

    /// <summary>Whether an item was made for the backup: its times say nothing, so it is always read.</summary>
    public required Func<SyncRecord, bool> IsGenerated { get; init; }

    /// <summary>What is known of the snapshot, ordered by path.</summary>
    public required IEnumerable<SyncRecord> Known { get; init; }

    /// <summary>Objects in the snapshot that are none of ours, to be removed.</summary>
    public IEnumerable<string> ForeignObjects { get; init; } = [];

    /// <summary>Which objects the files become.</summary>
    public required ObjectNames Names { get; init; }

    /// <summary>Is told how much there is, while it is found.</summary>
    public required RunCounters Counters { get; init; }

    /// <summary>Looks at the names of all files.</summary>
    public required NameLimits Limits { get; init; }
}
