namespace CloudBackup.Storage.Decorators;

/// <summary>A download that goes on where it broke off.</summary>
/// <param name="inner">The stream from the start.</param>
/// <param name="reopen">Opens the rest, given how many bytes were read; waits and retries by itself.</param>
internal sealed class ResumingStream(Stream inner, Func<long, CancellationToken, Task<Stream>> reopen) : Stream
{
    private const int MostBreaksWithoutProgress = 5;

    private Stream _inner = inner;
    private long _position;
    private int _breaks;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

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
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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
