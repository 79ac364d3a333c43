using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Tar;
using CloudBackup.Progress;
using CloudBackup.Source;

namespace CloudBackup.Formats.Tgz;

/// <summary>Inflates one member, checks its entries against the index, and hands their contents on. One per worker.</summary>
/// <param name="target">Takes the contents.</param>
/// <param name="counters">Counts what is done.</param>
/// <param name="blocks">Lends blocks for inflated data.</param>
/// <param name="checksum">Takes the checksum of each member.</param>
/// <param name="onBlockDone">Called once for each member, when its data is no longer held.</param>
internal sealed class MemberUnpacker(IEntryTarget target, RunCounters counters, BlockPool blocks, ArchiveChecksum checksum, Action onBlockDone)
{
    /// <summary>Unpacks a member.</summary>
    public void Unpack(MemberWork work, CancellationToken cancellationToken)
    {
        var data = blocks.Rent();
        var keep = false;
        try
        {
            if (!TryInflate(work, data, out var reason))
            {
                checksum.Break();
                Reject(work, reason);
                return;
            }
            foreach (var entry in work.Entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var large = work.Large?.Entry == entry ? work.Large : null;
                keep |= UnpackEntry(entry, large, data);
            }
            if (work.Entries.Count == 0 && work.Large is not null)
            {
                keep = true;
                Pass(work.Large, work.Part, data, 0);
            }
        }
        finally
        {
            if (!keep)
            {
                Release(data);
            }
        }
    }

    private void Release(Block data)
    {
        blocks.Return(data);
        onBlockDone();
    }

    /// <summary>Returns whether the block was handed on.</summary>
    private bool UnpackEntry(IndexEntry entry, LargeFile? large, Block data)
    {
        if (!TryReadHeader(entry, data, out var contentStart, out var reason))
        {
            if (large is not null)
            {
                large.Accept(0, file => file.Break(target, reason));
            }
            else
            {
                target.OnDamaged(entry, reason);
            }
            return false;
        }
        counters.AddEntries(1);
        if (entry.Kind != EntryKind.File)
        {
            return false;
        }
        if (large is not null)
        {
            Pass(large, 0, data, contentStart);
            return true;
        }
        UnpackSmallFile(entry, data, contentStart);
        return false;
    }

    private void UnpackSmallFile(IndexEntry entry, Block data, int start)
    {
        if (entry.Size > data.Length - start)
        {
            target.OnDamaged(entry, "its content is cut");
            return;
        }
        var content = data.Span.Slice(start, (int)entry.Size);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        if (!hash.SequenceEqual(entry.Sha256))
        {
            target.OnDamaged(entry, "its content does not have the hash that the index says");
            return;
        }
        using var file = target.BeginFile(entry);
        file?.Write(content);
        file?.Complete();
        counters.AddSourceBytes(content.Length);
    }

    private void Pass(LargeFile large, int part, Block data, int start) => large.Accept(part, file =>
    {
        counters.AddSourceBytes(file.Write(data.Span[start..], target, isFirst: part == 0));
        Release(data);
        file.FinishAfterLastPart(target);
    });

    private void Reject(MemberWork work, string reason)
    {
        foreach (var entry in work.Entries.Where(entry => entry != work.Large?.Entry))
        {
            target.OnDamaged(entry, reason);
        }
        work.Large?.Accept(work.Part, file => file.Break(target, reason));
        if (work.Entries.Count == 0 && work.Large is null)
        {
            target.OnDamaged(new IndexEntry { Facts = new EntryFacts() }, "a part of the archive that holds no entry cannot be decompressed");
        }
    }

    private bool TryInflate(MemberWork work, Block data, out string reason)
    {
        reason = "its part of the archive cannot be decompressed";
        try
        {
            if (!ArchiveFrame.IsFramed(work.Compressed.Span, work.Number == 0))
            {
                return TryInflateOld(work.Compressed, data);
            }
            var start = work.Number == 0 ? ArchiveFrame.HeaderLength : 0;
            var length = work.Compressed.Length - start - (work.IsLast ? ArchiveFrame.TrailerLength : 0);
            if (length < 0)
            {
                return false;
            }
            using var input = new MemberInput(work.Compressed.Bytes.AsMemory(start, length));
            using var deflate = new DeflateStream(input, CompressionMode.Decompress);
            // One byte beyond the last block's would mean that there is more than a member can have.
            if (!Fill(deflate, data) || deflate.ReadByte() >= 0)
            {
                return false;
            }
            checksum.Add(work.Number, Crc32.HashToUInt32(data.Span), data.Length);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>A member of an archive of the earlier form: a gzip stream of its own.</summary>
    private static bool TryInflateOld(Block compressed, Block data)
    {
        if (!GzipMember.TryReadLength(compressed.Span, out var length) || length != compressed.Length
            || GzipMember.ReadInflatedLength(compressed.Span) > data.Bytes.Length)
        {
            return false;
        }
        using var gzip = new GZipStream(new MemoryStream(compressed.Bytes, 0, compressed.Length), CompressionMode.Decompress);
        return Fill(gzip, data) && data.Length == GzipMember.ReadInflatedLength(compressed.Span);
    }

    private static bool Fill(Stream inflated, Block data)
    {
        while (data.Length < data.Bytes.Length && inflated.Read(data.Free) is > 0 and var count)
        {
            data.Length += count;
        }
        return true;
    }

    private static bool TryReadHeader(IndexEntry expected, Block data, out int contentStart, out string reason)
    {
        reason = "its header is damaged";
        contentStart = 0;
        var reader = new TarHeaderReader();
        try
        {
            for (var at = expected.Offset; at >= 0 && at <= data.Length - TarFormat.BlockSize;)
            {
                var step = reader.Accept(data.Span.Slice(at, TarFormat.BlockSize));
                at += TarFormat.BlockSize;
                switch (step)
                {
                    case TarHeaderStep.Entry:
                        contentStart = at;
                        reason = "its header says something else than the index";
                        return Agree(reader.Entry!, expected.Facts);
                    case TarHeaderStep.Payload when reader.PayloadLength <= data.Length - at:
                        reader.AcceptPayload(data.Span.Slice(at, reader.PayloadLength));
                        at += (int)TarFormat.Padded(reader.PayloadLength);
                        break;
                    default:
                        return false;
                }
            }
        }
        catch (TarFormatException)
        {
            return false;
        }
        return false;
    }

    private static bool Agree(EntryFacts entry, EntryFacts index) =>
        entry.Path == index.Path && entry.Kind == index.Kind && entry.Mode == index.Mode && entry.UserId == index.UserId
        && entry.GroupId == index.GroupId && entry.Modified == index.Modified && entry.Size == index.Size
        && entry.LinkTarget == index.LinkTarget && entry.Attributes.Count == index.Attributes.Count;
}
