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
