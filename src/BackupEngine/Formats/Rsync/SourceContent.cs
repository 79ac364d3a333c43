using System.Security.Cryptography;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;
using CloudBackup.Progress;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync;

/// <summary>
/// The content of an open file as it is uploaded: hashed on the way, holes not read, always as long as the file was when it was opened (a
/// file that shrinks is filled up with zeros), so that it can be read again from the start.
/// </summary>
internal sealed class SourceContent(ReadableFile file, BackupCipher? cipher, RunCounters counters) : ObjectContent
{
    private Reading? _last;

    /// <inheritdoc/>
    public override long? Length => cipher is null ? file.Facts.Size : Cbv2.EncryptedLength(file.Facts.Size);

    /// <inheritdoc/>
    public override bool IsRewindable => true;

    /// <summary>Bytes that were counted as done while they were read, by all readings together.</summary>
    public long Counted { get; private set; }

    /// <summary>Whether the file had less than was expected when it was read last.</summary>
    public bool HasShrunk => _last is { HasShrunk: true };

    /// <summary>The hash of what was read last; only after it was read to its end.</summary>
    public byte[] Hash => _last?.Hash ?? throw new InvalidOperationException("The content was not read to its end.");

    /// <inheritdoc/>
    public override Stream Open()
    {
        _last = new Reading();
        var stream = new SourceStream(file, _last, count =>
        {
            Counted += count;
            counters.AddSourceBytes(count);
        });
        return cipher?.Encrypt(stream) ?? stream;
    }

    /// <summary>Reads the content without storing it, and returns its hash.</summary>
    public static byte[] HashOf(ReadableFile file, Span<byte> buffer, CancellationToken cancellationToken)
    {
        var reading = new Reading();
        using var stream = new SourceStream(file, reading, _ => { });
        while (stream.Read(buffer) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        return reading.Hash!;
    }

    /// <summary>What one reading has shown.</summary>
    private sealed class Reading
    {
        public bool HasShrunk { get; set; }

        public byte[]? Hash { get; set; }
    }

    private sealed class SourceStream(ReadableFile file, Reading reading, Action<int> onRead) : SpanStream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly long _length = file.Facts.Size;
        private readonly HoleFinder _holes = new(file);
        private long _position;

        public override long Length => _length;

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            buffer = buffer[..(int)Math.Min(buffer.Length, _length - _position)];
            if (_position == _length)
            {
                reading.Hash ??= _hash.GetCurrentHash();
                return 0;
            }
            if (_holes.IsHole(_position, buffer.Length))
            {
                buffer.Clear();
            }
            else
            {
                var count = file.Read(buffer, _position);
                reading.HasShrunk |= count < buffer.Length;
                buffer[count..].Clear();
            }
            _hash.AppendData(buffer);
            _position += buffer.Length;
            onRead(buffer.Length);
            return buffer.Length;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && _position == _length)
            {
                reading.Hash ??= _hash.GetCurrentHash();
            }
            _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
