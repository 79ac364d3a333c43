using CloudBackup.FileTree;
using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Objects;
using CloudBackup.Formats.Rsync.Records;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>
/// Compares a source with what is known of its snapshot, both in the order of their paths, and writes down what has to be done. Neither is
/// held in memory.
/// </summary>
internal sealed class SyncPlanner
{
    private const int ItemsPerReport = 1000;

    private readonly ObjectNames _names;
    private readonly SyncPlan _plan;
    private readonly LineFileWriter<PlanLine> _items;
    private readonly LineFileWriter<ObjectPathLine> _removals;

    private SyncPlanner(ObjectNames names, SyncPlan plan, LineFileWriter<PlanLine> items, LineFileWriter<ObjectPathLine> removals)
    {
        _names = names;
        _plan = plan;
        _items = items;
        _removals = removals;
    }

    /// <summary>Makes a plan.</summary>
    /// <param name="request">What to compare.</param>
    /// <param name="cancellationToken">Stops the planning.</param>
    /// <exception cref="LineFileException">What is known is damaged: nothing of the plan may be done.</exception>
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
        using var items = new LineFileWriter<PlanLine>(plan.Path);
        using var removals = new LineFileWriter<ObjectPathLine>(plan.RemovalPath);
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
                request.Counters.Expect(_plan.Bytes);
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

    private void AddFile(PlanLine item, CacheLine? match, bool isGenerated)
    {
        _plan.Bytes += item.Facts.Size;
        if (match is null)
        {
            Add(item with { Action = PlanAction.Upload });
        }
        else if (!match.IsKnown)
        {
            var fits = match.StoredSize == _names.StoredSize(item.Facts.Size);
            Add(item with { Action = fits ? PlanAction.Verify : PlanAction.Upload, StoredSize = match.StoredSize });
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
                Action = fits ? PlanAction.Compare : PlanAction.Upload,
                StoredSize = match.StoredSize,
                Sha256 = match.Sha256,
                Knows = ObjectKnowledge.Hash,
            });
        }
    }

    private void Add(PlanLine line)
    {
        _items.Write(line);
        _plan.Items++;
        _plan.Actions += line.Action == PlanAction.None ? 0 : 1;
    }

    private void Forget(CacheLine known)
    {
        if (known.Path == FsMetadataWriter.Path)
        {
            _plan.FsMetadata = known;
        }
        else
        {
            Remove(_names.ObjectOf(known.Path));
        }
    }

    private void Remove(string objectPath)
    {
        _removals.Write(new ObjectPathLine(objectPath));
        _plan.Removals++;
    }
}
