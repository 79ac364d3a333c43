using System.Collections.Concurrent;

namespace CloudBackup.Storage;

/// <summary>
/// Bytes of buffers that the requests of one storage may hold together (I10), given out in the order they are asked for. Nobody waits for
/// somebody who waits: who has waited for a buffer gives it back without waiting for another, and what a reader keeps for as long as it likes,
/// perhaps until something is written, keeps nobody waiting for ever.
/// </summary>
internal sealed class BufferBudget(long total) : IChunkSource
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(long Count, TaskCompletionSource Turn)> _waiting = new();
    private readonly ConcurrentBag<byte[]> _chunks = [];
    private long _used;
    private long _kept;

    /// <summary>All that there is.</summary>
    public long Total => total;

    /// <summary>
    /// Waits for a buffer of so many bytes. One that there is no room for comes when nothing is out, or only what readers keep.
    /// </summary>
    public async Task<PartBuffer> TakeAsync(long count, CancellationToken cancellationToken)
    {
        LinkedListNode<(long Count, TaskCompletionSource Turn)> node;
        lock (_lock)
        {
            if (_waiting.Count == 0 && IsTurnOf(count))
            {
                _used += count;
                return new PartBuffer(this, count);
            }
            node = _waiting.AddLast((count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }
        using var registration = cancellationToken.Register(() => Forget(node, cancellationToken));
        await node.Value.Turn.Task.ConfigureAwait(false);
        return new PartBuffer(this, count);
    }

    /// <summary>A buffer for a reader, if there is room for it now.</summary>
    public PartBuffer? TryTake(long count)
    {
        lock (_lock)
        {
            return _waiting.Count == 0 && HasRoomFor(count) ? Keep(count) : null;
        }
    }

    /// <summary>
    /// A buffer for a reader, of so many bytes when there is room for it, else of a chunk whether there is room or not: what it needs in order
    /// to go on at all.
    /// </summary>
    public PartBuffer TakeSome(long wanted)
    {
        lock (_lock)
        {
            return Keep(_waiting.Count == 0 && HasRoomFor(wanted) ? wanted : Math.Min(wanted, PartBuffer.ChunkLength));
        }
    }

    /// <summary>Memory for a buffer; reused, so that a long run does not leave it to the garbage collector.</summary>
    byte[] IChunkSource.RentChunk(long wanted) => wanted < PartBuffer.ChunkLength
        ? GC.AllocateUninitializedArray<byte>((int)wanted)
        : _chunks.TryTake(out var chunk) ? chunk : GC.AllocateUninitializedArray<byte>(PartBuffer.ChunkLength);

    /// <inheritdoc/>
    void IChunkSource.Return(long count, bool isKept, IEnumerable<byte[]> chunks)
    {
        foreach (var chunk in chunks.Where(chunk => chunk.Length == PartBuffer.ChunkLength))
        {
            _chunks.Add(chunk);
        }
        lock (_lock)
        {
            _used -= count;
            _kept -= isKept ? count : 0;
            Serve();
        }
    }

    private PartBuffer Keep(long count)
    {
        _used += count;
        _kept += count;
        return new PartBuffer(this, count, isKept: true);
    }

    private bool HasRoomFor(long count) => _used == 0 || _used + count <= total;

    private bool IsTurnOf(long count) => _used == _kept || _used + count <= total;

    private void Serve()
    {
        while (_waiting.First is { } next && IsTurnOf(next.Value.Count))
        {
            _waiting.RemoveFirst();
            _used += next.Value.Count;
            next.Value.Turn.SetResult();
        }
    }

    private void Forget(LinkedListNode<(long Count, TaskCompletionSource Turn)> node, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (node.List is not null)
            {
                _waiting.Remove(node);
                node.Value.Turn.SetCanceled(cancellationToken);
                Serve();
            }
        }
    }
}
