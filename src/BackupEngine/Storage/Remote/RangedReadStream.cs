using CloudBackup.Infrastructure;

namespace CloudBackup.Storage.Remote;

/// <summary>
/// An object, or a stretch of it, as a stream that is fetched ahead in ranges, several at a time. How many depends on the memory that is free:
/// what the reader needs next is fetched in any case, if little of it, and the rest when there is room.
/// </summary>
internal sealed class RangedReadStream : ReadOnlyStream
{
    private readonly Queue<Task<PartBuffer>> _ranges = new();
    private readonly Func<(long Offset, long Length), PartBuffer, Task<PartBuffer>> _load;
    private readonly BufferBudget _buffers;
    private readonly long _rangeLength;
    private readonly int _most;
    private readonly CancellationTokenSource _stop;
    private readonly long _end;
    private long _next;
    private PartBuffer? _current;
    private long _at;

    /// <summary>Creates the stream.</summary>
    /// <param name="first">The first range, which is being fetched already.</param>
    /// <param name="next">Where the second one begins.</param>
    /// <param name="end">Where the stream ends.</param>
    /// <param name="load">Fetches a range into a buffer, and gives the buffer back when that fails.</param>
    /// <param name="buffers">Where buffers come from.</param>
    /// <param name="rangeLength">The length of a range.</param>
    /// <param name="most">The most ranges at a time.</param>
    /// <param name="stop">Ends what is being fetched; the stream owns it.</param>
    public RangedReadStream(
        Task<PartBuffer> first,
        long next,
        long end,
        Func<(long Offset, long Length), PartBuffer, Task<PartBuffer>> load,
        BufferBudget buffers,
        long rangeLength,
        int most,
        CancellationTokenSource stop)
    {
        (_next, _end, _load, _buffers, _rangeLength, _most, _stop) = (next, end, load, buffers, rangeLength, most, stop);
        _ranges.Enqueue(first);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_current?.Read(_at) is { Length: > 0 } bytes)
            {
                var count = Math.Min(bytes.Length, buffer.Length);
                bytes[..count].CopyTo(buffer);
                _at += count;
                return count;
            }
            if (!await MoveAsync(cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Cancel();
            _current?.Dispose();
            _current = null;
            while (_ranges.TryDequeue(out var range))
            {
                _ = DropAsync(range);
            }
        }
        base.Dispose(disposing);
    }

    private async Task<bool> MoveAsync(CancellationToken cancellationToken)
    {
        _current?.Dispose();
        _current = null;
        _at = 0;
        if (_ranges.Count == 0 && _next < _end)
        {
            Fetch(_buffers.TakeSome(NextLength));
        }
        FetchAhead();
        if (!_ranges.TryPeek(out var range))
        {
            return false;
        }
        // Left in the queue until it is there: a reader that stops waiting may come back.
        _current = await range.WaitAsync(cancellationToken).ConfigureAwait(false);
        _ = _ranges.Dequeue();
        FetchAhead();
        return true;
    }

    private long NextLength => Math.Min(_rangeLength, _end - _next);

    private void FetchAhead()
    {
        while (_ranges.Count < _most && _next < _end && _buffers.TryTake(NextLength) is { } buffer)
        {
            Fetch(buffer);
        }
    }

    private void Fetch(PartBuffer buffer)
    {
        _ranges.Enqueue(_load((_next, buffer.Capacity), buffer));
        _next += buffer.Capacity;
    }

    private static async Task DropAsync(Task<PartBuffer> range)
    {
        try
        {
            (await range.ConfigureAwait(false)).Dispose();
        }
        catch (Exception failure) when (failure is StorageException or OperationCanceledException)
        {
            // It is not wanted any more.
        }
    }
}
