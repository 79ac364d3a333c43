namespace CloudBackup.Storage;

/// <summary>Gives the memory of buffers, and takes it back.</summary>
internal interface IChunkSource
{
    /// <summary>Memory for a buffer that wants so much more: a chunk, or less where less is wanted.</summary>
    byte[] RentChunk(long wanted);

    /// <summary>Takes a buffer back.</summary>
    void Return(long count, bool isKept, IEnumerable<byte[]> chunks);
}

/// <summary>A stretch of an object in memory, in chunks of one length, so that large ones need no large piece of it.</summary>
/// <param name="source">Where it comes from.</param>
/// <param name="capacity">The most bytes it holds.</param>
/// <param name="isKept">Whether a reader keeps it for as long as it likes.</param>
internal sealed class PartBuffer(IChunkSource source, long capacity, bool isKept = false) : IDisposable
{
    /// <summary>The length of a chunk.</summary>
    public const int ChunkLength = 1024 * 1024;

    private readonly List<byte[]> _chunks = [];
    private bool _isDisposed;

    /// <summary>The most bytes it holds.</summary>
    public long Capacity => capacity;

    /// <summary>The bytes in it.</summary>
    public long Length { get; private set; }

    /// <summary>Whether there is no room left.</summary>
    public bool IsFull => Length == capacity;

    /// <summary>The room for the next bytes; call <see cref="Advance"/> after filling some of it.</summary>
    public Memory<byte> NextRoom()
    {
        var at = (int)(Length % ChunkLength);
        if (at == 0 && Length / ChunkLength == _chunks.Count)
        {
            _chunks.Add(source.RentChunk(capacity - Length));
        }
        return _chunks[^1].AsMemory(at, (int)Math.Min(_chunks[^1].Length - at, capacity - Length));
    }

    /// <summary>Says that the next bytes are there.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Reads from a stream until the buffer is full or the stream ends.</summary>
    public async Task FillAsync(Stream source, CancellationToken cancellationToken)
    {
        while (!IsFull)
        {
            var count = await source.ReadAsync(NextRoom(), cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                return;
            }
            Advance(count);
        }
    }

    /// <summary>The bytes from an offset to the end of its chunk; empty at the end.</summary>
    public ReadOnlyMemory<byte> Read(long offset)
    {
        if (offset >= Length)
        {
            return default;
        }
        var at = (int)(offset % ChunkLength);
        return _chunks[(int)(offset / ChunkLength)].AsMemory(at, (int)Math.Min(ChunkLength - at, Length - offset));
    }

    /// <summary>The bytes as a stream, which does not own them.</summary>
    public Stream AsStream() => new PartStream(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            source.Return(capacity, isKept, _chunks);
            _chunks.Clear();
        }
    }

    private sealed class PartStream(PartBuffer part) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => part.Length;

        public override long Position { get; set; }

        public override int Read(Span<byte> buffer)
        {
            var bytes = part.Read(Position).Span;
            bytes = bytes[..Math.Min(bytes.Length, buffer.Length)];
            bytes.CopyTo(buffer);
            Position += bytes.Length;
            return bytes.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : ValueTask.FromResult(Read(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => Length + offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
