using CloudBackup.Infrastructure;

namespace CloudBackup.Storage.Remote;

/// <summary>A source that can be asked whether it has ended. Does not own what it reads.</summary>
internal sealed class EndAwareStream(Stream inner) : ReadOnlyStream
{
    private readonly byte[] _peeked = new byte[1];
    private bool _hasPeeked;
    private bool _hasEnded;

    /// <summary>Whether there is nothing more to read.</summary>
    public async Task<bool> IsAtEndAsync(CancellationToken cancellationToken)
    {
        if (!_hasPeeked && !_hasEnded)
        {
            _hasPeeked = await inner.ReadAsync(_peeked, cancellationToken).ConfigureAwait(false) > 0;
            _hasEnded = !_hasPeeked;
        }
        return _hasEnded;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_hasEnded || buffer.IsEmpty)
        {
            return ValueTask.FromResult(0);
        }
        if (!_hasPeeked)
        {
            return inner.ReadAsync(buffer, cancellationToken);
        }
        _hasPeeked = false;
        buffer.Span[0] = _peeked[0];
        return ValueTask.FromResult(1);
    }
}

/// <summary>Tells a watch of every byte that is read, and of the end.</summary>
internal sealed class WatchedStream(Stream inner, IdleWatch watch, TimeSpan answerLimit) : ReadOnlyStream
{
    /// <inheritdoc/>
    public override bool CanSeek => inner.CanSeek;

    /// <inheritdoc/>
    public override long Length => inner.Length;

    /// <inheritdoc/>
    public override long Position { get => inner.Position; set => inner.Position = value; }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Tell(inner.Read(buffer, offset, count));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Tell(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    private int Tell(int count)
    {
        watch.Advance(count);
        if (inner.Position >= inner.Length)
        {
            watch.WaitForAnswer(answerLimit);
        }
        return count;
    }
}
