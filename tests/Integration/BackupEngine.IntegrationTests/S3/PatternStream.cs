using System.Buffers.Binary;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>Bytes that tell where they are, so that an object of any length can be checked without keeping it.</summary>
internal sealed class PatternStream(long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <summary>Reads a stream to its end, checks every byte and returns how many there were.</summary>
    public static async Task<long> CheckAsync(Stream stream, CancellationToken cancellationToken)
    {
        var (read, expected) = (new byte[1 << 20], new byte[1 << 20]);
        var position = 0L;
        while (await stream.ReadAsync(read, cancellationToken) is > 0 and var count)
        {
            Fill(expected.AsSpan(0, count), position);
            Assert.True(read.AsSpan(0, count).SequenceEqual(expected.AsSpan(0, count)), $"Wrong bytes after {position}.");
            position += count;
        }
        return position;
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, length - _position);
        Fill(buffer[..count], _position);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static void Fill(Span<byte> buffer, long position)
    {
        Span<byte> word = stackalloc byte[8];
        while (!buffer.IsEmpty)
        {
            BinaryPrimitives.WriteInt64LittleEndian(word, (position / 8) * -7046029254386353131);
            var at = (int)(position % 8);
            var count = Math.Min(8 - at, buffer.Length);
            word.Slice(at, count).CopyTo(buffer);
            buffer = buffer[count..];
            position += count;
        }
    }
}
