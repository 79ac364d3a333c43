using System.Runtime.InteropServices;
using CloudBackup.Infrastructure;

namespace CloudBackup.Storage;

/// <summary>
/// What is to be stored. A rewindable content can be opened again, so that a failed write can be tried again; a one-shot content is a
/// stream that is made while it is read, such as an archive.
/// </summary>
internal abstract class ObjectContent
{
    /// <summary>The length in bytes; null when it is not known before the end.</summary>
    public abstract long? Length { get; }

    /// <summary>The length as far as it is known now; 0 when it is not. More may come.</summary>
    public virtual long LikelyLength => Length ?? 0;

    /// <summary>Whether <see cref="Open"/> may be called more than once.</summary>
    public abstract bool IsRewindable { get; }

    /// <summary>Whether it is not to wait for its turn behind objects that are under way, however long those take.</summary>
    public bool IsUrgent { get; private init; }

    /// <summary>
    /// The bytes. The end of the stream is the end of the content: a source that fails throws from the read instead, and that exception
    /// reaches the writer's caller unchanged, since a failing source is no fault of the storage.
    /// </summary>
    public abstract Stream Open();

    /// <summary>A short content in memory.</summary>
    public static ObjectContent FromBytes(ReadOnlyMemory<byte> bytes) => new MemoryContent(bytes);

    /// <summary>A short content in memory whose time counts, such as a sign of life.</summary>
    public static ObjectContent FromUrgentBytes(ReadOnlyMemory<byte> bytes) => new MemoryContent(bytes) { IsUrgent = true };

    /// <summary>A stream that can be read once. It stays the caller's to dispose.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="likelyLength">Tells <see cref="LikelyLength"/>.</param>
    public static ObjectContent FromStream(Stream stream, Func<long>? likelyLength = null) => new OneShotContent(stream, likelyLength);

    /// <summary>A content that is opened anew for each try.</summary>
    public static ObjectContent FromFactory(long length, Func<Stream> open) => new FactoryContent(length, open);

    private sealed class MemoryContent(ReadOnlyMemory<byte> bytes) : ObjectContent
    {
        public override long? Length => bytes.Length;

        public override bool IsRewindable => true;

        public override Stream Open() => MemoryMarshal.TryGetArray(bytes, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);
    }

    private sealed class FactoryContent(long length, Func<Stream> open) : ObjectContent
    {
        public override long? Length => length;

        public override bool IsRewindable => true;

        public override Stream Open() => open();
    }

    private sealed class OneShotContent(Stream stream, Func<long>? likelyLength) : ObjectContent
    {
        private int _opened;

        public override long? Length => null;

        public override long LikelyLength => likelyLength?.Invoke() ?? 0;

        public override bool IsRewindable => false;

        public override Stream Open() => Interlocked.Exchange(ref _opened, 1) == 0
            ? new Borrowed(stream)
            : throw new InvalidOperationException("A one-shot content cannot be read twice.");
    }

    /// <summary>Leaves the stream open for its owner.</summary>
    private sealed class Borrowed(Stream inner) : ReadOnlyStream
    {
        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);
    }
}
