using CloudBackup.Infrastructure;

namespace CloudBackup.Storage.Decorators;

/// <summary>A download that goes on where it broke off.</summary>
/// <param name="inner">The stream from the start.</param>
/// <param name="reopen">Opens the rest, given how many bytes were read; waits and retries by itself.</param>
internal sealed class ResumingStream(Stream inner, Func<long, CancellationToken, Task<Stream>> reopen) : ReadOnlyStream
{
    private const int MostBreaksWithoutProgress = 5;

    private Stream _inner = inner;
    private long _position;
    private int _breaks;

    /// <inheritdoc/>
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                _position += count;
                _breaks = 0;
                return count;
            }
            catch (StorageException failure) when (failure.IsRetriable && ++_breaks <= MostBreaksWithoutProgress)
            {
                await _inner.DisposeAsync().ConfigureAwait(false);
                _inner = await reopen(_position, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }
}
