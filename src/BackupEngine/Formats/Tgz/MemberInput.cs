using CloudBackup.Infrastructure;

namespace CloudBackup.Formats.Tgz;

/// <summary>A member as a whole deflate stream: its bytes, and the empty block that ends one.</summary>
internal sealed class MemberInput(ReadOnlyMemory<byte> member) : ReadOnlyStream
{
    private int _position;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var rest = _position < member.Length ? member.Span[_position..] : ArchiveFrame.LastBlock[(_position - member.Length)..];
        var count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
}
