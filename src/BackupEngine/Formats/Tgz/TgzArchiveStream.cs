using CloudBackup.Formats.Index;
using CloudBackup.Infrastructure;
using CloudBackup.Progress;
using CloudBackup.Source;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// The bytes of an archive, made while they are read. The end of the stream means that everything is in it: whatever goes wrong before
/// makes the read throw, so a consumer that stores what it got to the end has stored a whole archive.
/// </summary>
internal sealed class TgzArchiveStream : ReadOnlyStream
{
    private readonly TgzPipeline _pipeline;
    private readonly IndexWriter _index;
    private readonly ArchiveChecksum _checksum = new();
    private readonly Queue<ReadOnlyMemory<byte>> _parts = new();
    private TgzSegment? _current;
    private ReadOnlyMemory<byte> _rest;
    private bool _isDisposed;

    /// <summary>Starts packing.</summary>
    /// <param name="items">What goes into the archive, in order; enumerated on another thread.</param>
    /// <param name="index">Gets the entries and members in archive order; the caller completes it after the last read.</param>
    /// <param name="options">How to pack.</param>
    /// <param name="issues">Takes what could not be read.</param>
    /// <param name="counters">Counts what is done.</param>
    /// <param name="cancellationToken">Stops the packing; reads then throw.</param>
    public TgzArchiveStream(
        IEnumerable<SourceItem> items,
        IndexWriter index,
        TgzOptions options,
        SourceIssues issues,
        RunCounters counters,
        CancellationToken cancellationToken)
    {
        _index = index;
        _pipeline = new TgzPipeline(items, options, issues, counters, cancellationToken);
    }

    /// <summary>Whether the archive was read to its end.</summary>
    public bool IsComplete { get; private set; }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var total = 0;
        // Whole buffers: the consumer's writes, and so its system calls, are as long as it asked for.
        while (total < buffer.Length && await AdvanceAsync(cancellationToken).ConfigureAwait(false))
        {
            var count = Math.Min(_rest.Length, buffer.Length - total);
            _rest[..count].CopyTo(buffer[total..]);
            _rest = _rest[count..];
            total += count;
        }
        return total;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _pipeline.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Makes sure that there is an unread byte in the current member; false at the end of the archive.</summary>
    private async ValueTask<bool> AdvanceAsync(CancellationToken cancellationToken)
    {
        while (!IsComplete)
        {
            if (!_rest.IsEmpty || _parts.TryDequeue(out _rest))
            {
                return true;
            }
            if (_current is { } current)
            {
                _current = null;
                _pipeline.Release(current);
            }
            if (await _pipeline.TakeAsync(cancellationToken).ConfigureAwait(false) is not { } next)
            {
                IsComplete = true;
                return false;
            }
            _current = next;
            TakeParts(next);
        }
        return false;
    }

    /// <summary>The first member comes with the archive's header, the last one with its trailer.</summary>
    private void TakeParts(TgzSegment segment)
    {
        if (segment.Member == 0)
        {
            _parts.Enqueue(ArchiveFrame.Header.ToArray());
        }
        _parts.Enqueue(segment.Compressed!.Bytes.AsMemory(0, segment.Compressed.Length));
        _checksum.Add(segment.Member, segment.Checksum, segment.DataLength);
        if (segment.IsLast)
        {
            _parts.Enqueue(ArchiveFrame.Trailer(_checksum.Value, _checksum.Length));
        }
        _index.AddMember(_parts.Sum(part => part.Length));
        _index.AddEntries(segment.IndexLines.WrittenSpan, segment.EntryCount, segment.SourceBytes);
    }
}
