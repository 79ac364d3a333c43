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
    OwnerNames owners, SourceIssues issues, RunCounters counters, ISegmentSink sink)
{
    private const int LargestHeader = TgzOptions.MemberDataLength - TarFormat.BlockSize;

    private readonly TarHeaderWriter _headers = new();

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
            if (Cut(item, file, cancellationToken) is { } entry)
            {
                sink.AddEntry(entry);
            }
        }
    }

    /// <summary>
    /// Dispatches a stream's pieces, each like a file of its own. Whether all of it came shows only at its end, so the index tells of its pieces
    /// then: when the producer has failed, that none of them is to be restored.
    /// </summary>
    /// <exception cref="BackupException">The producer has failed, and the stream is not to be left out.</exception>
    public void CutStream(StreamItem stream, string spoolFolder, CancellationToken cancellationToken)
    {
        var entries = new List<IndexEntry>();
        var isWhole = false;
        try
        {
            using var pieces = new StreamPieces(stream, spoolFolder);
            foreach (var piece in pieces.Read(cancellationToken))
            {
                using var file = piece.Open();
                entries.Add(Cut(piece, file, cancellationToken)!);
            }
            isWhole = !entries.Exists(entry => entry.IsIncomplete);
        }
        catch (StreamBrokenException broken)
        {
            issues.AddBroken(broken);
        }
        foreach (var entry in entries)
        {
            entry.IsIncomplete = !isWhole;
            sink.AddEntry(entry);
        }
    }

    /// <summary>Dispatches all of a file, and returns what the index is to tell of it; null when it is left out.</summary>
    private IndexEntry? Cut(SourceItem item, ReadableFile file, CancellationToken cancellationToken)
    {
        var entry = item.Describe(file.Facts, ReadAttributes(file), owners);
        var header = _headers.Write(entry);
        if (header.Length > LargestHeader)
        {
            var reason = new FileTreeException(FileTreeErrorKind.NotSupported, "read", file.Path, "its attributes are too long");
            issues.AddMissing(reason, item.Path);
            return null;
        }
        var firstMember = sink.NextMember;
        using var reader = new LongFileReader(file);
        var isIncomplete = !TryDispatch(header, reader, item.Path, cancellationToken);
        if (HasChanged(reader, item, ref isIncomplete))
        {
            issues.CountChanged();
        }
        counters.AddEntries(1);
        counters.AddAllocatedBytes(Math.Min(entry.Size, file.Facts.Allocated));
        return new IndexEntry
        {
            Facts = entry,
            Sha256 = reader.Hash,
            IsSparse = file.Facts.IsSparse,
            IsIncomplete = isIncomplete,
            Member = firstMember,
        };
    }

    /// <summary>Dispatches header, content and padding; false when a part of the content could not be read.</summary>
    private bool TryDispatch(ReadOnlySpan<byte> header, LongFileReader reader, string path, CancellationToken cancellationToken)
    {
        var isIncomplete = false;
        var data = sink.RentData(cancellationToken);
        header.CopyTo(data.Free);
        data.Length = header.Length;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isHole = Fill(data, reader, path, ref isIncomplete);
            if (reader.IsAtEnd)
            {
                break;
            }
            sink.DispatchData(data, isHole, cancellationToken);
            data = sink.RentData(cancellationToken);
        }
        var padding = (int)(TarFormat.Padded(reader.Length) - reader.Length);
        data.Free[..padding].Clear();
        data.Length += padding;
        sink.DispatchData(data, false, cancellationToken);
        return !isIncomplete;
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
