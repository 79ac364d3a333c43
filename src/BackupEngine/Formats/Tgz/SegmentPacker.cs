using System.Collections.Concurrent;
using System.Security.Cryptography;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Tar;
using CloudBackup.Progress;
using CloudBackup.Source;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// Reads a group of small items straight into the tar stream of one member: header, content, padding; hashes each content on the way.
/// Not thread-safe; one per worker.
/// </summary>
/// <param name="owners">Names of users and groups.</param>
/// <param name="issues">Takes what could not be read.</param>
/// <param name="counters">Counts what is done.</param>
/// <param name="outgrown">Takes items that no longer fit: they are cut into members of their own later.</param>
internal sealed class SegmentPacker(
    OwnerNames owners, SourceIssues issues, RunCounters counters, ConcurrentQueue<SourceItem> outgrown) : IDisposable
{
    private readonly TarHeaderWriter _headers = new();
    private readonly IndexEntryWriter _index = new();

    /// <summary>Packs the segment's items into the empty block <paramref name="data"/>.</summary>
    public void Pack(TgzSegment segment, Block data, CancellationToken cancellationToken)
    {
        foreach (var item in segment.Items!)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (item.Facts.Kind == EntryKind.File)
                {
                    PackFile(segment, item, data);
                    continue;
                }
                var entry = item.Describe(item.Facts, item.Attributes, owners);
                var start = data.Length;
                Append(data, _headers.Write(entry));
                AddIndexLine(segment, new IndexEntry { Facts = entry, Member = segment.Member, Offset = start });
                item.Dispose();
            }
            catch (FileTreeException failure)
            {
                item.Dispose();
                issues.Handle(failure, item.Path, item.Tree);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _index.Dispose();

    private void PackFile(TgzSegment segment, SourceItem item, Block data)
    {
        using var file = item.Open();
        var attributes = file.ReadAttributes();
        var reader = new ShortFileReader(file, issues);
        // Other entries refer to a file with several names, so it must stand before them: it is taken as long as it was when listed.
        var limit = item.Facts.LinkCount > 1 ? item.Facts.Size : long.MaxValue;
        EntryFacts entry;
        int headerLength;
        do
        {
            entry = item.Describe(reader.Facts with { Size = Math.Min(reader.Facts.Size, limit) }, attributes, owners);
            var header = _headers.Write(entry);
            headerLength = header.Length;
            if (headerLength + TarFormat.Padded(entry.Size) > data.Free.Length)
            {
                outgrown.Enqueue(item);
                return;
            }
            header.CopyTo(data.Free);
        }
        while (!reader.TryRead(data.Free.Slice(headerLength, (int)entry.Size)));
        Finish(segment, item, data, entry, headerLength, reader);
    }

    private void Finish(TgzSegment segment, SourceItem item, Block data, EntryFacts entry, int headerLength, in ShortFileReader reader)
    {
        var start = data.Length;
        var size = (int)entry.Size;
        var padded = (int)TarFormat.Padded(size);
        // A file that shrank at every attempt is filled up with zeros: its header says how long it is.
        data.Free[(headerLength + reader.Length)..(headerLength + padded)].Clear();
        var line = new IndexEntry
        {
            Facts = entry,
            Sha256 = SHA256.HashData(data.Free.Slice(headerLength, size)),
            IsSparse = reader.Facts.IsSparse,
            Member = segment.Member,
            Offset = start,
        };
        data.Length += headerLength + padded;
        AddIndexLine(segment, line);
        counters.AddSourceBytes(size);
        counters.AddAllocatedBytes(Math.Min(size, reader.Facts.Allocated));
        item.Dispose();
    }

    private void AddIndexLine(TgzSegment segment, IndexEntry line)
    {
        segment.AddEntry(line, _index);
        counters.AddEntries(1);
    }

    private static void Append(Block data, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(data.Free);
        data.Length += bytes.Length;
    }
}
