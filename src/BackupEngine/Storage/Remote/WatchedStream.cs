using CloudBackup.Infrastructure;

namespace CloudBackup.Storage.Remote;

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
    public override int Read(byte[] buffer, int offset, int count) => Note(inner.Read(buffer, offset, count));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Note(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    private int Note(int count)
    {
        watch.Advance(count);
        if (inner.Position >= inner.Length)
        {
            watch.WaitForAnswer(answerLimit);
        }
        return count;
    }
}
