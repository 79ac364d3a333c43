using CloudBackup.Infrastructure;

namespace CloudBackup.Progress;

/// <summary>Counts the bytes that are read through it as content that is done. Owns the stream below.</summary>
internal sealed class CountedStream(Stream inner, RunCounters counters) : ReadOnlyStream
{
    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Count(int count)
    {
        counters.AddSourceBytes(count);
        return count;
    }
}
