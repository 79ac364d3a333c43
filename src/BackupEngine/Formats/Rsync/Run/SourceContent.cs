using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;
using CloudBackup.Progress;
using CloudBackup.Source;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>The content of a long file as it is uploaded: counted while it is read, and read again from the start when a try fails.</summary>
internal sealed class SourceContent(ReadableFile file, BackupSealer? sealer, RunCounters counters) : ObjectContent, IDisposable
{
    private LongFileReader? _last;

    /// <inheritdoc/>
    public override long? Length => sealer?.StoredLength(file.Facts.Size) ?? file.Facts.Size;

    /// <inheritdoc/>
    public override bool IsRewindable => true;

    /// <summary>Bytes that were counted as done while they were read, by all readings together.</summary>
    public long Counted { get; private set; }

    /// <summary>The last reading; only after the content was opened.</summary>
    public LongFileReader Reader => _last ?? throw new InvalidOperationException("The content was not read.");

    /// <inheritdoc/>
    public override Stream Open()
    {
        _last?.Dispose();
        _last = new LongFileReader(file);
        var stream = new SourceStream(_last, count =>
        {
            Counted += count;
            counters.AddSourceBytes(count);
        });
        return sealer?.Encrypt(stream) ?? stream;
    }

    /// <inheritdoc/>
    public void Dispose() => _last?.Dispose();

    private sealed class SourceStream(LongFileReader reader, Action<int> onRead) : SpanStream
    {
        public override long Length => reader.Length;

        public override long Position { get => reader.Position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            if (reader.IsAtEnd)
            {
                return 0;
            }
            var count = reader.Read(buffer, out _);
            onRead(count);
            return count;
        }
    }
}
