using System.Buffers;
using System.Security.Cryptography;
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
    private readonly byte[] _zeros = new byte[TgzOptions.MemberDataLength];

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
        var reading = new Reading(file, entry.Size);
        var data = sink.RentData(cancellationToken);
        header.CopyTo(data.Free);
        data.Length = header.Length;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isHole = Fill(data, reading, item.Path);
            if (reading.Offset == entry.Size)
            {
                var padding = (int)(TarFormat.Padded(entry.Size) - entry.Size);
                data.Free[..padding].Clear();
                data.Length += padding;
                Finish(data, reading, item, entry, firstMember, cancellationToken);
                return;
            }
            sink.DispatchData(data, isHole, null, cancellationToken);
            data = sink.RentData(cancellationToken);
        }
    }

    /// <summary>Fills the rest of a member; returns whether all of the member is zeros from a hole.</summary>
    private bool Fill(Block data, Reading reading, string path)
    {
        var wasEmpty = data.Length == 0;
        var count = (int)Math.Min(TgzOptions.MemberDataLength - data.Length, reading.Size - reading.Offset);
        var target = data.Free[..count];
        var isHole = ReadInto(target, reading, path);
        if (isHole)
        {
            target.Clear();
        }
        reading.Hash.AppendData(isHole ? _zeros.AsSpan(0, count) : target);
        reading.Offset += count;
        data.Length += count;
        counters.AddSourceBytes(count);
        return isHole && wasEmpty && count == TgzOptions.MemberDataLength;
    }

    private bool ReadInto(Span<byte> target, Reading reading, string path)
    {
        if (reading.IsIncomplete || reading.IsHole(target.Length))
        {
            return true;
        }
        try
        {
            var count = reading.File.Read(target, reading.Offset);
            reading.HasShrunk |= count < target.Length;
            target[count..].Clear();
        }
        catch (FileTreeException failure)
        {
            issues.AddMissing(failure, path);
            reading.IsIncomplete = true;
            return true;
        }
        return false;
    }

    private void Finish(
        Block data, Reading reading, SourceItem item, TarEntry entry, int firstMember, CancellationToken cancellationToken)
    {
        if (HasChanged(reading, item))
        {
            issues.CountChanged();
        }
        var line = EntryBuilder.ForIndex(entry, reading.Hash.GetHashAndReset(), firstMember, 0);
        line.IsSparse = reading.File.Facts.IsSparse;
        line.IsIncomplete = reading.IsIncomplete;
        reading.Hash.Dispose();
        counters.AddEntries(1);
        counters.AddAllocatedBytes(Math.Min(entry.Size, reading.File.Facts.Allocated));
        sink.DispatchData(data, false, WriteLine, cancellationToken);

        long WriteLine(IBufferWriter<byte> output)
        {
            _index.Write(line, output);
            return line.Size;
        }
    }

    /// <summary>Whether the copy may be torn. All of a file that has just vanished is in the archive, but nothing says that it stayed the same.</summary>
    private bool HasChanged(Reading reading, SourceItem item)
    {
        try
        {
            return reading.HasShrunk || !reading.File.ReadFacts().SameContentAs(reading.File.Facts);
        }
        catch (FileTreeException failure)
        {
            if (!SourceIssues.MeansVanished(failure, item.Path, item.Tree))
            {
                issues.AddMissing(failure, item.Path);
                reading.IsIncomplete = true;
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

    private sealed class Reading(ReadableFile file, long size)
    {
        private readonly HoleFinder _holes = new(file);

        public ReadableFile File { get; } = file;

        public long Size { get; } = size;

        public long Offset { get; set; }

        public IncrementalHash Hash { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public bool HasShrunk { get; set; }

        public bool IsIncomplete { get; set; }

        /// <summary>Whether the next <paramref name="length"/> bytes are all in a hole.</summary>
        public bool IsHole(int length) => _holes.IsHole(Offset, length);
    }
}
