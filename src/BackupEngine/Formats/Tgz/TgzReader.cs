using System.Collections.Concurrent;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Progress;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// Reads an archive of ours with all cores: members come in order, workers inflate them, check every entry against the index and every
/// content against its hash, and give it to the target. Memory: a fixed number of blocks is under way at a time.
/// </summary>
internal sealed class TgzReader : IDisposable
{
    // Longer than any that is written now: in the earlier form of archives stored blocks can be as short as 16 KiB.
    private const int LargestMember = TgzOptions.MemberDataLength + TgzOptions.Slack + (1024 * 1024 / 256);

    private readonly SemaphoreSlim _slots;
    private readonly BlockPool _compressed = new(LargestMember);
    private readonly BlockPool _inflated = new(TgzOptions.MemberDataLength + TgzOptions.Slack);
    private readonly BlockingCollection<MemberWork> _work = [];
    private readonly WorkerCrew _crew;
    private readonly List<LargeFile> _unfinished = [];
    private readonly ArchiveChecksum _checksum = new();
    private readonly IEntryTarget _target;
    private byte[]? _trailer;

    /// <summary>Starts the workers.</summary>
    public TgzReader(TgzOptions options, IEntryTarget target, RunCounters counters, CancellationToken cancellationToken)
    {
        _target = target;
        _slots = new SemaphoreSlim(options.MembersInFlight);
        _crew = new WorkerCrew(null, cancellationToken);
        for (var i = 0; i < options.Workers; i++)
        {
            _crew.Start(stopping => Work(new MemberUnpacker(target, counters, _inflated, _checksum, () => _slots.Release()), stopping));
        }
    }

    /// <summary>Reads the members of an archive.</summary>
    /// <param name="archive">The members.</param>
    /// <param name="entries">The index, in archive order.</param>
    /// <param name="id">The backup, for messages.</param>
    public async Task RunAsync(MemberSource archive, IEnumerable<IndexEntry> entries, string id)
    {
        using var cursor = new EntryCursor(entries);
        try
        {
            await DispatchAsync(archive, cursor, id).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_crew.Failed.IsFaulted)
        {
            // A worker failed and stopped us; its failure is what counts.
        }
        _work.CompleteAdding();
        await _crew.WaitAsync().ConfigureAwait(false);
        _crew.Stopping.ThrowIfCancellationRequested();
        // Only who read every member knows; one that cannot be inflated was told already.
        if (_checksum.Count == archive.Members.Count && _trailer is not null && !_trailer.AsSpan().SequenceEqual(ArchiveFrame.Trailer(_checksum.Value, _checksum.Length)))
        {
            _target.OnDoubt("the checksum at the end of its archive does not fit, although every file has the right hash. Other programs may report an error for it");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _crew.Dispose();
        _unfinished.ForEach(file => file.Dispose());
        _work.Dispose();
        _slots.Dispose();
    }

    private async Task DispatchAsync(MemberSource archive, EntryCursor cursor, string id)
    {
        var members = archive.Members;
        LargeFile? large = null;
        for (var number = 0; number < members.Count; number++)
        {
            if (members[number] <= 0 || members[number] > _compressed.BlockLength)
            {
                throw BackupErrors.BackupDamaged(id, $"its index says that member {number} has {members[number]} bytes.");
            }
            var own = cursor.TakeMember(number);
            if (!archive.Has(number))
            {
                _checksum.Break();
                continue;
            }
            await _slots.WaitAsync(_crew.Stopping).ConfigureAwait(false);
            var block = _compressed.Rent();
            var stream = await archive.MoveToAsync(number, _crew.Stopping).ConfigureAwait(false);
            await FillAsync(stream, block, (int)members[number], id).ConfigureAwait(false);
            if (number == members.Count - 1 && block.Length >= ArchiveFrame.TrailerLength)
            {
                _trailer = block.Span[^ArchiveFrame.TrailerLength..].ToArray();
            }
            if (own.Count > 0)
            {
                // What follows without entries of its own is the rest of the last file here; the closing member belongs to nothing.
                var following = Math.Min(cursor.NextMember, members.Count - 1) - number - 1;
                large = following > 0 && own[^1].Kind == EntryKind.File ? Track(new LargeFile(own[^1], following + 1)) : null;
                _work.Add(new MemberWork(block, number, number == members.Count - 1, own, large, 0));
            }
            else
            {
                var rest = number == members.Count - 1 ? null : large;
                _work.Add(new MemberWork(block, number, number == members.Count - 1, own, rest, rest?.NextPart() ?? 0));
            }
        }
        if (!cursor.IsAtEnd)
        {
            throw BackupErrors.BackupDamaged(id, "its index has entries that its archive does not have.");
        }
    }

    private LargeFile Track(LargeFile file)
    {
        _unfinished.RemoveAll(earlier => earlier.IsDone);
        _unfinished.Add(file);
        return file;
    }

    private async Task FillAsync(Stream archive, Block block, int length, string id)
    {
        while (block.Length < length)
        {
            var count = await archive.ReadAsync(block.Bytes.AsMemory(block.Length, length - block.Length), _crew.Stopping).ConfigureAwait(false);
            if (count == 0)
            {
                throw BackupErrors.BackupDamaged(id, "its archive ends too early.");
            }
            block.Length += count;
        }
    }

    private void Work(MemberUnpacker unpacker, CancellationToken stopping)
    {
        foreach (var work in _work.GetConsumingEnumerable(stopping))
        {
            unpacker.Unpack(work, stopping);
            _compressed.Return(work.Compressed);
        }
    }
}
