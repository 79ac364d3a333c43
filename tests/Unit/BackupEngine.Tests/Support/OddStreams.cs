namespace CloudBackup.Tests.Support;

/// <summary>Gives its bytes in uneven small pieces.</summary>
internal sealed class TrickleStream(byte[] content) : MemoryStream(content)
{
    private int _step;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + ((_step++ * 7919) % 50_000))], cancellationToken);
}

/// <summary>Gives zeros, and after some of them fails or calls somebody and goes on.</summary>
internal sealed class FailingStream(long length, Exception? failure, Action? onLength = null) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        if (_position >= length)
        {
            onLength?.Invoke();
            cancellationToken.ThrowIfCancellationRequested();
            throw failure ?? new InvalidOperationException("Nobody stopped.");
        }
        var count = (int)Math.Min(buffer.Length, length - _position);
        buffer.Span[..count].Clear();
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Gives zeros, and then nothing more until it is told to stop.</summary>
internal sealed class SilentStream(long after, Action onSilence) : CloudBackup.Infrastructure.ReadOnlyStream
{
    private long _left = after;

    public bool IsDisposed { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = (int)Math.Min(buffer.Length, _left);
        if (count == 0)
        {
            onSilence();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        buffer.Span[..count].Clear();
        _left -= count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}

/// <summary>Gives zeros, and tells how many before each read ends.</summary>
internal sealed class MeasuredStream(long length, Action<int> onRead) : CloudBackup.Infrastructure.ReadOnlyStream
{
    private long _left = length;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = (int)Math.Min(buffer.Length, _left);
        buffer.Span[..count].Clear();
        _left -= count;
        onRead(count);
        return ValueTask.FromResult(count);
    }
}
