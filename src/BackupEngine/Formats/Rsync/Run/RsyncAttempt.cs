using CloudBackup.FileTree;
using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Objects;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Formats.Rsync.Snapshot;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Source;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>One attempt at a backup, from the plan to the index. What it leaves behind when it fails tells the next one what was done.</summary>
internal sealed class RsyncAttempt(FormatWriteRequest run, PlanOrigins origins, SnapshotFiles? files, SnapshotTarget target, LineStamp form) : IDisposable
{
    private const int MostExamples = 3;

    private SyncPlan? _plan;
    private IssueMark _listed;
    private SnapshotChange? _change;
    private VanishedFirstNames? _links;

    /// <summary>The run, with a folder of the attempt's own.</summary>
    public FormatWriteRequest Run => run;

    /// <summary>Makes the attempt.</summary>
    /// <param name="items">The source, ordered by path.</param>
    /// <param name="known">What is known of the snapshot.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="SnapshotDamagedException">The snapshot does not hold what it should.</exception>
    public async Task<FormatResult> RunAsync(IEnumerable<PlanLine> items, KnownSnapshot known, CancellationToken cancellationToken)
    {
        _plan = Plan(items, known, cancellationToken);
        run.Counters.Expect(_plan.Bytes);
        run.Observer.OnStep($"{_plan.Items} items; {_plan.Actions} files to look at, {_plan.Removals} objects to remove.");
        _listed = run.Issues.Mark();
        _change = new SnapshotChange(files, target, _plan, known.StateToken, run.Time);
        try
        {
            return await CarryOutAsync(known, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await _change.EndChangesAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<FormatResult> CarryOutAsync(KnownSnapshot known, CancellationToken cancellationToken)
    {
        using (var sync = new SnapshotSync(target, run, _change!, origins))
        {
            await sync.RunAsync(_plan!, cancellationToken).ConfigureAwait(false);
            _links = sync.Links;
        }
        using var index = new IndexSpool(run.SpoolFolder);
        var hasChanges = _plan!.Actions > 0 || _plan.Removals > 0 || !known.IsRemembered;
        using var finish = new FinalPass(target, run, index, files?.NewCache ?? Path.Join(run.SpoolFolder, "cache"), hasChanges);
        await RotateAsync(finish, cancellationToken).ConfigureAwait(false);
        await _change!.FlushAsync(cancellationToken).ConfigureAwait(false);
        await CheckAsync(finish, cancellationToken).ConfigureAwait(false);
        await _change.CheckUndisturbedAsync(cancellationToken).ConfigureAwait(false);
        var facts = await index.StoreAsync(run, cancellationToken).ConfigureAwait(false);
        if (files is not null)
        {
            await CommitAsync(files, finish, known, cancellationToken).ConfigureAwait(false);
        }
        return new FormatResult(null, facts, index.Writer.EntryCount, index.Writer.SourceBytes, finish.StoredBytes + facts.Size)
        {
            Objects = new ObjectFacts(finish.Objects.Count, finish.StoredBytes),
        };
    }

    /// <summary>The source as this attempt has listed it, for another one.</summary>
    public IEnumerable<PlanLine> ReadItems() => _plan!.Read().Select(record => record with
    {
        Action = PlanAction.None,
        Knows = ObjectKnowledge.None,
        StoredSize = -1,
        Sha256 = null,
        Attributes = record.Kind == EntryKind.File ? [] : record.Attributes,
    });

    /// <summary>What this attempt knew of the snapshot when it failed.</summary>
    public IEnumerable<CacheLine> ReadKnown() => SnapshotRecovery.ReadInterrupted(_plan!.Read(), _change!.Log);

    /// <summary>Forgets what was met while the plan was carried out; what was met while the source was listed stays.</summary>
    public void ForgetIssues() => run.Issues.ReturnTo(_listed);

    /// <summary>The token of the snapshot's state when this attempt failed.</summary>
    public string? StateToken => _change!.StateToken;

    /// <inheritdoc/>
    public void Dispose() => _change?.Dispose();

    private SyncPlan Plan(IEnumerable<PlanLine> items, KnownSnapshot known, CancellationToken cancellationToken)
    {
        var names = target.NewNames();
        var place = target.Storage.Capabilities;
        if (names.Form != NameForm.Encrypted)
        {
            place = target.Storage.As<INameTrial>()?.TryNames(place) ?? place;
        }
        var longestFolder = Math.Max(PathText.CountBytes(target.Root), PathText.CountBytes(run.Paths.RemotePath));
        return SyncPlanner.Make(
            new SyncPlanRequest
            {
                Folder = run.SpoolFolder,
                Stamp = form with { Token = run.Snapshot?.Random.NextHex(LineStamp.TokenLength / 2) ?? "" },
                Items = items,
                IsGenerated = origins.IsGenerated,
                Known = known.Objects,
                ForeignObjects = known.ForeignObjects,
                Names = names,
                Counters = run.Counters,
                Limits = new NameLimits(place, names.Form, longestFolder),
            },
            cancellationToken);
    }

    private async Task RotateAsync(FinalPass finish, CancellationToken cancellationToken)
    {
        var objects = finish.Pass(ReadFinal(), origins.HasMetadata, cancellationToken);
        if (files is null)
        {
            _ = objects.Count();
            await finish.AddFsMetadataAsync(null, () => Task.CompletedTask, cancellationToken).ConfigureAwait(false);
            return;
        }
        var rotation = new Rotation(target, run.Paths.RemotePath, run.Limits.CopyConcurrency);
        // The disk writes what was uploaded while the objects get their second names.
        var flush = _change!.HasChanged ? _change.FlushAsync(cancellationToken) : Task.CompletedTask;
        try
        {
            await rotation.RunAsync(objects, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await flush.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // why the rotation ended is what counts
            throw;
        }
        await flush.ConfigureAwait(false);
        var metadata = await finish.AddFsMetadataAsync(
            _plan!.FsMetadata, () => _change!.BeginChangeAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        await rotation.RunAsync([metadata], cancellationToken).ConfigureAwait(false);
        if (rotation.Missing.Count > 0)
        {
            await _change!.FlushAsync(cancellationToken).ConfigureAwait(false);
            throw new SnapshotDamagedException(
                $"{rotation.Missing.Count} objects of the snapshot are gone, such as {string.Join(", ", rotation.Missing.Take(MostExamples))}.");
        }
    }

    /// <summary>The items as they are after the plan was carried out, counted.</summary>
    private IEnumerable<PlanLine> ReadFinal()
    {
        long action = 0;
        foreach (var planned in _plan!.Read())
        {
            var record = planned;
            if (planned.Action != PlanAction.None)
            {
                _ = _change!.Log.Find(action++, out record, out _);
            }
            else if (planned.Kind == EntryKind.HardLink && _links is not null)
            {
                record = _links.Resolve(planned);
            }
            if (record is null)
            {
                continue;
            }
            if (record.Kind == EntryKind.File)
            {
                run.Counters.AddSourceBytes(planned.Kind == EntryKind.File && planned.Action == PlanAction.None ? record.Facts.Size : 0);
                run.Counters.AddAllocatedBytes(Math.Min(record.Facts.Size, record.Facts.Allocated));
            }
            yield return record;
        }
    }

    /// <summary>Compares what a listing of the backup's folder shows with what should be there.</summary>
    private async Task CheckAsync(FinalPass finish, CancellationToken cancellationToken)
    {
        var found = new ObjectSet();
        var folder = run.Paths.RemotePath;
        await foreach (var item in target.Storage.ListAsync(folder, recursive: true, cancellationToken).ConfigureAwait(false))
        {
            found.Add(item.Path.AsSpan(folder.Length + 1), item.Size);
        }
        if (found.IsSameAs(finish.Objects))
        {
            return;
        }
        var message = $"The backup's folder holds {found.Count} objects, of which some are not the {finish.Objects.Count} that it should hold.";
        throw files is null ? new StorageException(StorageErrorKind.Corrupt, folder, message) : new SnapshotDamagedException(message);
    }

    private async Task CommitAsync(SnapshotFiles kept, FinalPass finish, KnownSnapshot known, CancellationToken cancellationToken)
    {
        var stamp = _plan!.Stamp;
        if (!_change!.HasChanged && known.IsRemembered)
        {
            finish.CompleteCache(stamp with { Token = known.StateToken! });
        }
        else
        {
            await _change.BeginChangeAsync(cancellationToken).ConfigureAwait(false);
            await _change.CheckUndisturbedAsync(cancellationToken).ConfigureAwait(false);
            finish.CompleteCache(stamp);
            var state = new SnapshotState { Token = stamp.Token, IsComplete = true, Content = finish.FingerprintContent() };
            await state.WriteAsync(target.Storage, kept.StatePath, target.Sealer, cancellationToken).ConfigureAwait(false);
            if (!known.IsRemembered && _plan.Removals > 0)
            {
                // The objects that went may be those of a time when the site did not encrypt, or did.
                await target.Storage.RemoveAsync(kept.FormerStatePath, cancellationToken).ConfigureAwait(false);
            }
        }
        await _change.EndChangesAsync(cancellationToken).ConfigureAwait(false);
        File.Move(kept.NewCache, kept.Cache, overwrite: true);
        File.Delete(kept.Plan);
        File.Delete(kept.Log);
        kept.RemoveDamageMark();
    }
}

/// <summary>Objects of a snapshot are missing or have other lengths than they should.</summary>
internal sealed class SnapshotDamagedException(string message) : Exception(message);
