using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Threading.Channels;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Tar;
using CloudBackup.Progress;
using CloudBackup.Source;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// Packs items into the members of an archive on all cores. One thread lists the source and cuts large files; workers read small files, and compress;
/// the reader takes the members in order. Memory: a fixed number of blocks is under way at a time, whatever the data.
/// <code>
/// source ─ dispatcher ─┬─ groups of small items ─┐
///                      └─ pieces of large files ─┴─ workers ─ members in order ─ TgzArchiveStream ─ storage
/// </code>
/// </summary>
internal sealed class TgzPipeline : ISegmentSink, IDisposable
{
    private readonly TgzOptions _options;
    private readonly SourceIssues _issues;
    private readonly RunCounters _counters;
    private readonly OwnerNames _owners = new();
    private readonly BlockPool _blocks = new(TgzOptions.MemberDataLength + TgzOptions.Slack);
    private readonly BlockPool _outputs = new(ArchiveFrame.StoredLength(TgzOptions.MemberDataLength + TgzOptions.Slack));
    private readonly BlockingCollection<TgzSegment> _work = [];
    private readonly Channel<TgzSegment> _ordered = Channel.CreateUnbounded<TgzSegment>(new() { SingleReader = true, SingleWriter = true });
    private readonly ConcurrentQueue<SourceItem> _outgrown = new();
    private readonly List<IndexEntry> _entriesToCome = [];
    private readonly IndexEntryWriter _indexLines = new();
    private readonly SemaphoreSlim _slots;
    private readonly Lazy<(Block Member, uint Checksum)> _hole;
    private readonly WorkerCrew _crew;
    private readonly CountdownEvent _unfinished = new(1);

    /// <summary>Starts the threads.</summary>
    public TgzPipeline(
        IEnumerable<SourceItem> items, TgzOptions options, SourceIssues issues, RunCounters counters, CancellationToken cancellationToken)
    {
        _options = options;
        _issues = issues;
        _counters = counters;
        _slots = new SemaphoreSlim(options.MembersInFlight);
        _hole = new Lazy<(Block, uint)>(CompressHole);
        _crew = new WorkerCrew(failure => _ordered.Writer.TryComplete(failure), cancellationToken);
        _crew.Start(stopping => Dispatch(items, stopping));
        for (var i = 0; i < options.Workers; i++)
        {
            _crew.Start(Work);
        }
    }

    /// <summary>
    /// The next segment in archive order, once its member is ready; null after the last one. Throws the first failure of any thread.
    /// </summary>
    public async ValueTask<TgzSegment?> TakeAsync(CancellationToken cancellationToken)
    {
        TgzSegment? segment;
        while (!_ordered.Reader.TryRead(out segment))
        {
            if (!await _ordered.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return null;
            }
        }
        var first = await Task.WhenAny(segment.Done, _crew.Failed).WaitAsync(cancellationToken).ConfigureAwait(false);
        await first.ConfigureAwait(false);
        return segment;
    }

    /// <inheritdoc/>
    public int NextMember { get; private set; }

    /// <summary>Gives back the memory of a segment that was read.</summary>
    public void Release(TgzSegment segment)
    {
        if (segment is { Compressed: { } block, OwnsCompressed: true })
        {
            segment.Compressed = null;
            _outputs.Return(block);
        }
        _slots.Release();
    }

    /// <inheritdoc/>
    public Block RentData(CancellationToken cancellationToken)
    {
        _slots.Wait(cancellationToken);
        return _blocks.Rent();
    }

    /// <inheritdoc/>
    public void AddEntry(IndexEntry entry) => _entriesToCome.Add(entry);

    /// <inheritdoc/>
    public void DispatchData(Block data, bool isHole, CancellationToken cancellationToken) =>
        Enqueue(new TgzSegment { Member = NextMember, Data = data, IsHole = isHole }, cancellationToken);

    /// <summary>Stops the threads and waits for them: nothing of the source stays open.</summary>
    public void Dispose()
    {
        _crew.Dispose();
        DisposeItems(_work.SelectMany(segment => segment.Items ?? []).Concat(_outgrown));
        _work.Dispose();
        _slots.Dispose();
        _unfinished.Dispose();
        _indexLines.Dispose();
    }

    private void Dispatch(IEnumerable<SourceItem> items, CancellationToken cancellationToken)
    {
        var cutter = new LargeFileCutter(_owners, _issues, _counters, this);
        using var group = new SegmentGroup();
        foreach (var item in items)
        {
            var isLarge = item.AsStream is not null || (item.Facts.Kind == EntryKind.File && item.Facts.Size > TgzOptions.SmallFileLimit);
            if (isLarge || !group.HasRoomFor(item))
            {
                DispatchGroup(group, cancellationToken);
            }
            if (isLarge)
            {
                using (item)
                {
                    Cut(cutter, item, cancellationToken);
                }
            }
            else
            {
                group.Add(item);
            }
        }
        DispatchGroup(group, cancellationToken);
        DispatchOutgrown(cutter, cancellationToken);
        var end = RentData(cancellationToken);
        end.Free[..TarFormat.EndLength].Clear();
        end.Length = TarFormat.EndLength;
        Enqueue(new TgzSegment { Member = NextMember, Data = end, IsLast = true }, cancellationToken);
        _work.CompleteAdding();
        _ordered.Writer.Complete();
    }

    private void Cut(LargeFileCutter cutter, SourceItem item, CancellationToken cancellationToken)
    {
        if (item.AsStream is { } stream)
        {
            cutter.CutStream(stream, _options.SpoolFolder, cancellationToken);
        }
        else
        {
            cutter.Cut(item, cancellationToken);
        }
    }

    private void DispatchGroup(SegmentGroup group, CancellationToken cancellationToken)
    {
        if (group.IsEmpty)
        {
            return;
        }
        _slots.Wait(cancellationToken);
        Enqueue(new TgzSegment { Member = NextMember, Items = group.Take() }, cancellationToken);
    }

    /// <summary>Once no worker can add any more, files that grew beyond their group are taken as large ones.</summary>
    private void DispatchOutgrown(LargeFileCutter cutter, CancellationToken cancellationToken)
    {
        _unfinished.Signal();
        _unfinished.Wait(cancellationToken);
        _unfinished.Reset(1);
        while (_outgrown.TryDequeue(out var item))
        {
            using (item)
            {
                cutter.Cut(item, cancellationToken);
            }
        }
    }

    private void Enqueue(TgzSegment segment, CancellationToken cancellationToken)
    {
        NextMember++;
        _entriesToCome.ForEach(entry => segment.AddEntry(entry, _indexLines));
        _entriesToCome.Clear();
        _unfinished.AddCount();
        _ordered.Writer.TryWrite(segment);
        _work.Add(segment, cancellationToken);
    }

    private void Work(CancellationToken cancellationToken)
    {
        using var packer = new SegmentPacker(_owners, _issues, _counters, _outgrown);
        var compressor = new MemberCompressor(_options.CompressionLevel);
        var scratch = _blocks.Rent();
        foreach (var segment in _work.GetConsumingEnumerable(cancellationToken))
        {
            if (segment.IsHole)
            {
                (segment.Compressed, segment.OwnsCompressed) = (_hole.Value.Member, false);
                (segment.Checksum, segment.DataLength) = (_hole.Value.Checksum, TgzOptions.MemberDataLength);
            }
            else
            {
                var data = segment.Data ?? scratch;
                if (segment.Items is not null)
                {
                    Pack(packer, segment, scratch, cancellationToken);
                }
                var output = _outputs.Rent();
                compressor.Compress(data.Span, output);
                segment.Compressed = output;
                (segment.Checksum, segment.DataLength) = (Crc32.HashToUInt32(data.Span), data.Length);
            }
            if (segment.Data is { } used)
            {
                segment.Data = null;
                _blocks.Return(used);
            }
            segment.Complete();
            _unfinished.Signal();
        }
    }

    private static void Pack(SegmentPacker packer, TgzSegment segment, Block data, CancellationToken cancellationToken)
    {
        try
        {
            data.Length = 0;
            packer.Pack(segment, data, cancellationToken);
        }
        catch
        {
            DisposeItems(segment.Items!);
            throw;
        }
    }

    private static void DisposeItems(IEnumerable<SourceItem> items)
    {
        foreach (var item in items)
        {
            item.Dispose();
        }
    }

    private (Block Member, uint Checksum) CompressHole()
    {
        var output = _outputs.Rent();
        var zeros = new byte[TgzOptions.MemberDataLength];
        new MemberCompressor(_options.CompressionLevel).Compress(zeros, output);
        return (output, Crc32.HashToUInt32(zeros));
    }
}
