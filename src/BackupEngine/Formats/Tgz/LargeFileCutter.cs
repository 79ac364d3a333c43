using System.Buffers;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Tar;
using CloudBackup.Progress;
using CloudBackup.Source;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// Cuts one large file into segments: header and first bytes, then one member's worth at a time. Reads and hashes on the calling thread,
/// in order; the segments are compressed elsewhere meanwhile. Holes are not read.
/// </summary>
internal sealed class LargeFileCutter(
    OwnerNames owners, SourceIssues issues, RunCounters counters, ISegmentSink sink) : IDisposable
{
    private const int LargestHeader = TgzOptions.MemberDataLength - TarFormat.BlockSize;

    private readonly TarHeaderWriter _headers = new();
    private readonly IndexEntryWriter _index = new();

    /// <summary>Dispatches the file's segments.</summary>
    public void Cut(SourceItem item, CancellationToken cancellationToken)
    {
        ReadableFile file;
        try
        {
            file = item.Open();
        }
        catch (FileTreeException failure)
        {
            issues.Handle(failure, item.Path, item.Tree);
            return;
        }
        using (file)
        {
            Cut(item, file, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _index.Dispose();

    private void Cut(SourceItem item, ReadableFile file, CancellationToken cancellationToken)
    {
        var entry = EntryBuilder.ForTar(item, file.Facts, ReadAttributes(file), owners);
        var header = _headers.Write(entry);
        if (header.Length > LargestHeader)
        {
            var reason = new FileTreeException(FileTreeErrorKind.NotSupported, "read", file.Path, "its attributes are too long");
            issues.AddMissing(reason, item.Path);
            return;
        }
        var firstMember = sink.NextMember;
        using var reader = new LongFileReader(file);
        var data = sink.RentData(cancellationToken);
        header.CopyTo(data.Free);
        data.Length = header.Length;
        var isIncomplete = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isHole = Fill(data, reader, item.Path, ref isIncomplete);
            if (reader.IsAtEnd)
            {
                var padding = (int)(TarFormat.Padded(entry.Size) - entry.Size);
                data.Free[..padding].Clear();
                data.Length += padding;
                break;
            }
            sink.DispatchData(data, isHole, null, cancellationToken);
            data = sink.RentData(cancellationToken);
        }
        if (HasChanged(reader, item, ref isIncomplete))
        {
            issues.CountChanged();
        }
        var line = EntryBuilder.ForIndex(entry, reader.Hash, firstMember, 0);
        line.IsSparse = file.Facts.IsSparse;
        line.IsIncomplete = isIncomplete;
        Finish(data, line, file.Facts.Allocated, cancellationToken);
    }

    /// <summary>Fills the rest of a member; returns whether all of the member is zeros from a hole.</summary>
    private bool Fill(Block data, LongFileReader reader, string path, ref bool isIncomplete)
    {
        var wasEmpty = data.Length == 0;
        var target = data.Free[..(TgzOptions.MemberDataLength - data.Length)];
        int count;
        bool isHole;
        try
        {
            count = reader.Read(target, out isHole);
        }
        catch (FileTreeException failure)
        {
            issues.AddMissing(failure, path);
            isIncomplete = true;
            reader.GiveUp();
            count = reader.Read(target, out isHole);
        }
        data.Length += count;
        counters.AddSourceBytes(count);
        return isHole && wasEmpty && count == TgzOptions.MemberDataLength;
    }

    private void Finish(Block data, IndexEntry line, long allocated, CancellationToken cancellationToken)
    {
        counters.AddEntries(1);
        counters.AddAllocatedBytes(Math.Min(line.Size, allocated));
        sink.DispatchData(data, false, WriteLine, cancellationToken);

        long WriteLine(IBufferWriter<byte> output)
        {
            _index.Write(line, output);
            return line.Size;
        }
    }

    /// <summary>Whether the copy may be torn. All of a file that has just vanished is in the archive, but nothing says that it stayed the same.</summary>
    private bool HasChanged(LongFileReader reader, SourceItem item, ref bool isIncomplete)
    {
        try
        {
            return reader.HasChanged();
        }
        catch (FileTreeException failure)
        {
            if (!SourceIssues.MeansVanished(failure, item.Path, item.Tree))
            {
                issues.AddMissing(failure, item.Path);
                isIncomplete = true;
            }
            return true;
        }
    }

    private IReadOnlyList<ExtendedAttribute> ReadAttributes(ReadableFile file)
    {
        try
        {
            return file.ReadAttributes();
        }
        catch (FileTreeException failure)
        {
            issues.AddMissing(failure, $"{file.Path} (attributes)");
            return [];
        }
    }
}
