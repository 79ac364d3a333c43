using System.Buffers;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Source;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// One stretch of the archive that becomes one member: either a group of small items that a worker still has to read, or bytes of a
/// large file that stand ready. It begins and ends at an entry's border, or inside one large file.
/// </summary>
internal sealed class TgzSegment
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The number of the member, from 0.</summary>
    public required int Member { get; init; }

    /// <summary>The items to read; null when <see cref="Data"/> is given.</summary>
    public List<SourceItem>? Items { get; init; }

    /// <summary>The bytes to compress; null when <see cref="Items"/> is given, and once they are compressed.</summary>
    public Block? Data { get; set; }

    /// <summary>True when <see cref="Data"/> is a full member of zeros, whose compressed form is the same every time.</summary>
    public bool IsHole { get; init; }

    /// <summary>The member; set before <see cref="Done"/> completes.</summary>
    public Block? Compressed { get; set; }

    /// <summary>False when <see cref="Compressed"/> is shared and must not go back to the pool.</summary>
    public bool OwnsCompressed { get; set; } = true;

    /// <summary>The CRC-32 of the data.</summary>
    public uint Checksum { get; set; }

    /// <summary>How long the data is.</summary>
    public int DataLength { get; set; }

    /// <summary>Whether it is the last one.</summary>
    public bool IsLast { get; init; }

    /// <summary>The index lines that go with this segment: of entries in it, or in earlier ones.</summary>
    public ArrayBufferWriter<byte> IndexLines { get; } = new(256);

    /// <summary>How many index lines there are.</summary>
    public int EntryCount { get; private set; }

    /// <summary>The sizes of the files in these lines, added up.</summary>
    public long SourceBytes { get; private set; }

    /// <summary>Completes when the member is ready.</summary>
    public Task Done => _done.Task;

    /// <summary>Adds an index line.</summary>
    public void AddEntry(IndexEntry entry, IndexEntryWriter writer)
    {
        writer.Write(entry, IndexLines);
        EntryCount++;
        SourceBytes += entry.Kind == EntryKind.File ? entry.Size : 0;
    }

    /// <summary>The member is ready.</summary>
    public void Complete() => _done.TrySetResult();
}
