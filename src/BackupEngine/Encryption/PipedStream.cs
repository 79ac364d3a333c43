using System.Threading.Channels;
using CloudBackup.Infrastructure;

namespace CloudBackup.Encryption;

/// <summary>
/// A stream whose bytes a task produces ahead of the reader, in a few buffers that go round. A failure of the task reaches the reader at the
/// place where its bytes would be.
/// </summary>
internal abstract class PipedStream(int chunkLength) : ReadOnlyStream
{
    private const int ChunkCount = 4;

    private readonly Channel<Chunk> _full = Channel.CreateUnbounded<Chunk>(new() { SingleReader = true, SingleWriter = true });
    private readonly Channel<Chunk> _empty = Channel.CreateUnbounded<Chunk>(new() { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _stop = new();
    private Task _production = Task.CompletedTask;
    private Chunk? _current;
    private int _position;
    private bool _hasStarted;
    private bool _isFinished;
    private bool _isDisposed;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || !await AdvanceAsync(cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }
        var count = Math.Min(buffer.Length, _current!.Length - _position);
        _current.Bytes.AsSpan(_position, count).CopyTo(buffer.Span);
        _position += count;
        return count;
    }

    /// <summary>Starts the task; the last thing that a constructor does.</summary>
    protected void Start()
    {
        for (var i = 0; i < ChunkCount; i++)
        {
            _empty.Writer.TryWrite(new Chunk(new byte[chunkLength]));
        }
        _production = Task.Run(async () =>
        {
            try
            {
                await ProduceAsync(_full.Writer, _stop.Token).ConfigureAwait(false);
                _full.Writer.TryComplete();
            }
            catch (Exception failure)
            {
                _full.Writer.TryComplete(failure);
            }
        });
    }

    /// <summary>Produces all chunks, in order; runs in the task.</summary>
    protected abstract Task ProduceAsync(ChannelWriter<Chunk> output, CancellationToken cancellationToken);

    /// <summary>A chunk is about to be read; runs in the reader.</summary>
    protected abstract void OnChunk(Chunk chunk, bool isFirst);

    /// <summary>All chunks were read; fills one more chunk if there is more, and throws if what was read is not to be trusted.</summary>
    protected abstract bool TryFinish(Chunk chunk);

    /// <summary>Disposes what the stream is made of; the task has ended.</summary>
    protected abstract void DisposeParts();

    /// <summary>An empty chunk; waits until the reader gives one back.</summary>
    protected ValueTask<Chunk> RentAsync(CancellationToken cancellationToken) => _empty.Reader.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _stop.Cancel();
            _production.GetAwaiter().GetResult();
            DisposeParts();
            _stop.Dispose();
        }
        base.Dispose(disposing);
    }

    private async ValueTask<bool> AdvanceAsync(CancellationToken cancellationToken)
    {
        while (_current is null || _position == _current.Length)
        {
            if (_isFinished)
            {
                return false;
            }
            if (_current is { } used)
            {
                _current = null;
                _empty.Writer.TryWrite(used);
            }
            _position = 0;
            if (await _full.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _full.Reader.TryRead(out var next))
            {
                OnChunk(next, !_hasStarted);
                _hasStarted = true;
                _current = next;
                continue;
            }
            await _full.Reader.Completion.ConfigureAwait(false);
            var last = new Chunk(new byte[Cbv2.MacLength]);
            _isFinished = !TryFinish(last);
            _current = _isFinished ? null : last;
            if (_isFinished)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>A buffer and how much of it is filled.</summary>
    protected sealed class Chunk(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;

        public int Length { get; set; }

        public ReadOnlySpan<byte> Span => Bytes.AsSpan(0, Length);
    }
}
