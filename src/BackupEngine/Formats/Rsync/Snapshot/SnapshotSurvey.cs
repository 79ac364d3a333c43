using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Rsync.Records;

namespace CloudBackup.Formats.Rsync.Snapshot;

/// <summary>What is known of a snapshot when a run begins.</summary>
/// <param name="Objects">Its objects, ordered by path.</param>
/// <param name="ForeignObjects">Objects in it that no file is stored as.</param>
/// <param name="IsRemembered">Whether all of it was remembered; else it had to be found out.</param>
internal sealed record KnownSnapshot(IEnumerable<CacheLine> Objects, IEnumerable<string> ForeignObjects, bool IsRemembered)
{
    /// <summary>The token of the state that the storage had when this was found out, whatever it said; null for no state.</summary>
    public string? StateToken { get; init; }

    /// <summary>There is nothing.</summary>
    public static KnownSnapshot Nothing { get; } = new([], [], false);
}

/// <summary>
/// Finds out what a snapshot holds: from the sync cache, when it and the storage agree that nothing happened since; else from what an
/// interrupted run has left, or from the index of a backup with the same content, checked against a listing; else from the listing alone.
/// </summary>
internal sealed class SnapshotSurvey(SnapshotTarget target, SnapshotFiles files, LineStamp form, FormatWriteRequest run) : IDisposable
{
    private readonly List<IDisposable> _open = [];

    /// <summary>What is known.</summary>
    public async Task<KnownSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        var state = await SnapshotState.TryReadAsync(target.Storage, files.StatePath, target.Opener, cancellationToken).ConfigureAwait(false);
        var known = await ReadAsync(state, cancellationToken).ConfigureAwait(false);
        return known with { StateToken = state?.Token };
    }

    private async Task<KnownSnapshot> ReadAsync(SnapshotState? state, CancellationToken cancellationToken)
    {
        if (files.TakeDamageMark())
        {
            run.Observer.OnStep("A backup was found damaged: reading back all that the snapshot holds.");
            return await RecoverAsync([], cancellationToken).ConfigureAwait(false);
        }
        if (state is { IsComplete: true } && Open<CacheLine>(files.Cache, state.Token) is { } cache)
        {
            return new KnownSnapshot(cache.ReadAll(), [], true);
        }
        if (state is not null && Open<PlanLine>(files.Plan, state.Token) is { } plan && PlanLog.TryOpen(files.Log, plan.Stamp) is { } log)
        {
            _open.Add(log);
            run.Observer.OnStep("The last run was interrupted: looking at what it has stored.");
            return await RecoverAsync(SnapshotRecovery.ReadInterrupted(plan.ReadAll(), log), cancellationToken).ConfigureAwait(false);
        }
        if (state?.Content is { } content)
        {
            run.Observer.OnStep("What was remembered of the snapshot is lost, or of another time: comparing with what is stored.");
            await foreach (var earlier in run.EarlierIndexes.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                await using var _ = earlier.ConfigureAwait(false);
                if (TryRead(earlier, content) is { } objects)
                {
                    return await RecoverAsync(objects, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        return await RecoverAsync([], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks what may be known against a listing.</summary>
    public async Task<KnownSnapshot> RecoverAsync(IEnumerable<CacheLine> known, CancellationToken cancellationToken)
    {
        var recovery = new SnapshotRecovery(target, run.SpoolFolder);
        await recovery.RunAsync(known, cancellationToken).ConfigureAwait(false);
        return new KnownSnapshot(recovery.ReadFound(), recovery.ReadForeignObjects(), false);
    }

    /// <inheritdoc/>
    public void Dispose() => _open.ForEach(file => file.Dispose());

    private LineFileReader<TLine>? Open<TLine>(string path, string token)
        where TLine : ILine<TLine>
    {
        if (LineFileReader<TLine>.TryOpenWhole(path) is not { } reader)
        {
            return null;
        }
        _open.Add(reader);
        return reader.Stamp.Token == token && reader.Stamp.HasFormOf(form) ? reader : null;
    }

    private IEnumerable<CacheLine>? TryRead(IRecordedIndex index, string content)
    {
        try
        {
            return SnapshotRecovery.TryReadIndex(index.ReadEntries, content, target.NewNames());
        }
        catch (BackupException)
        {
            return null; // a damaged backup tells nothing of the snapshot
        }
    }
}
