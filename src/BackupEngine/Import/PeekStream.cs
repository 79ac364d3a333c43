using CloudBackup.Infrastructure;

namespace CloudBackup.Import;

/// <summary>A stream whose first bytes can be looked at before they are read. The owner of the inner stream disposes it.</summary>
internal sealed class PeekStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly byte[] _start;
    private readonly int _length;
    private int _given;

    /// <summary>Reads the first bytes ahead.</summary>
    /// <param name="inner">The stream.</param>
    /// <param name="length">How many are read.</param>
    public PeekStream(Stream inner, int length = ArchiveKinds.Length)
    {
        _inner = inner;
        _start = new byte[length];
        _length = inner.ReadAtLeast(_start, _start.Length, throwOnEndOfStream: false);
    }

    /// <summary>The first bytes; fewer when there are no more.</summary>
    public ReadOnlySpan<byte> Start => _start.AsSpan(0, _length);

    /// <summary>Whether the content begins so.</summary>
    public bool StartsWith(ReadOnlySpan<byte> magic) => Start.StartsWith(magic);

    /// <inheritdoc/>
    public override int ReadByte() => _given < _length ? _start[_given++] : _inner.ReadByte();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        GiveStart(buffer.AsSpan(offset, count)) is > 0 and var given ? given : _inner.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        GiveStart(buffer.Span) is > 0 and var given ? ValueTask.FromResult(given) : _inner.ReadAsync(buffer, cancellationToken);

    private int GiveStart(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _length - _given);
        _start.AsSpan(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }
}
