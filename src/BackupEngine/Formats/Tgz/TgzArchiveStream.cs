using CloudBackup.Backup.Source;
using CloudBackup.Formats.Index;
using CloudBackup.Infrastructure;
using CloudBackup.Progress;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// The bytes of an archive, made while they are read. The end of the stream means that everything is in it: whatever goes wrong before
/// makes the read throw, so a consumer that stores what it got to the end has stored a whole archive.
/// </summary>
internal sealed class TgzArchiveStream : ReadOnlyStream
{
    private readonly TgzPipeline _pipeline;
    private readonly IndexWriter _index;
    private TgzSegment? _current;
    private int _position;
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
            var rest = _current!.Compressed!.Span[_position..];
            var count = Math.Min(rest.Length, buffer.Length - total);
            rest[..count].CopyTo(buffer.Span[total..]);
            _position += count;
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
            if (_current is { } current)
            {
                if (_position < current.Compressed!.Length)
                {
                    return true;
                }
                _current = null;
                _pipeline.Release(current);
            }
            if (await _pipeline.TakeAsync(cancellationToken).ConfigureAwait(false) is not { } next)
            {
                IsComplete = true;
                return false;
            }
            _index.AddMember(next.Compressed!.Length);
            _index.AddEntries(next.IndexLines.WrittenSpan, next.EntryCount);
            (_current, _position) = (next, 0);
        }
        return false;
    }
}
