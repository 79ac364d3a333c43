using System.Security.Cryptography;
using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>
/// Reads a long file once, from its start to its end, and hashes it. What comes out is always as long as the file was when it was opened: what
/// it has lost by then is zeros, what it has grown by is left out. Holes are not read, and are zeros too. Not thread-safe.
/// </summary>
/// <param name="file">The file, open; stays the caller's.</param>
internal sealed class LongFileReader(ReadableFile file) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly HoleFinder _holes = new(file);
    private byte[]? _result = file.Facts.Size == 0 ? SHA256.HashData([]) : null;
    private bool _isGivenUp;

    /// <summary>The length of the content.</summary>
    public long Length { get; } = file.Facts.Size;

    /// <summary>What was read so far.</summary>
    public long Position { get; private set; }

    /// <summary>Whether all was read.</summary>
    public bool IsAtEnd => Position == Length;

    /// <summary>Whether the file had less than was expected.</summary>
    public bool HasShrunk { get; private set; }

    /// <summary>The SHA-256 of the content; only at its end.</summary>
    public byte[] Hash => _result ?? throw new InvalidOperationException("The content was not read to its end.");

    /// <summary>Fills the buffer, unless the content ends before, and returns how much was filled.</summary>
    /// <param name="buffer">Takes the content.</param>
    /// <param name="isHole">Whether all of it is zeros that were not read.</param>
    /// <exception cref="FileTreeException">The file cannot be read. Nothing was filled; see <see cref="GiveUp"/>.</exception>
    public int Read(Span<byte> buffer, out bool isHole)
    {
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - Position)];
        isHole = _isGivenUp || _holes.IsHole(Position, buffer.Length);
        var count = isHole ? 0 : file.Read(buffer, Position);
        HasShrunk |= !isHole && count < buffer.Length;
        buffer[count..].Clear();
        _hash.AppendData(buffer);
        Position += buffer.Length;
        if (IsAtEnd)
        {
            _result ??= _hash.GetCurrentHash();
        }
        return buffer.Length;
    }

    /// <summary>The rest cannot be read: zeros take its place.</summary>
    public void GiveUp() => _isGivenUp = true;

    /// <summary>Whether the content may be torn: the file was written to since it was opened.</summary>
    /// <exception cref="FileTreeException">The file cannot be examined any more.</exception>
    public bool HasChanged() => HasShrunk || !file.ReadFacts().SameContentAs(file.Facts);

    /// <summary>Reads all that is left, for its hash alone.</summary>
    /// <exception cref="FileTreeException">The file cannot be read.</exception>
    public void ReadToEnd(Span<byte> buffer, CancellationToken cancellationToken)
    {
        while (!IsAtEnd)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Read(buffer, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
