using CloudBackup.FileTree;
using CloudBackup.Formats.Index;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// The members of an archive, in order: all of them as one stream, or those that hold wanted entries, each run of neighbours with one
/// ranged read.
/// </summary>
/// <param name="members">The length of each member.</param>
/// <param name="wanted">Which members are read; null for all.</param>
/// <param name="open">Opens the archive, decrypted, at an offset for a length.</param>
internal sealed class MemberSource(
    IReadOnlyList<long> members, bool[]? wanted, Func<long, long, CancellationToken, Task<Stream>> open) : IAsyncDisposable
{
    /// <summary>So many members between two wanted ones are rather read than paid for with one more request.</summary>
    private const int LongestGap = 2;

    private Stream? _stream;
    private long _offset;
    private int _next;

    /// <summary>The length of each member.</summary>
    public IReadOnlyList<long> Members => members;

    /// <summary>Finds the members that hold wanted entries.</summary>
    /// <param name="count">How many members there are, the closing one included.</param>
    /// <param name="entries">The index, in archive order.</param>
    /// <param name="isWanted">Which entries are wanted.</param>
    public static bool[] FindWanted(int count, IEnumerable<IndexEntry> entries, Func<IndexEntry, bool> isWanted)
    {
        var wanted = new bool[count];
        IndexEntry? last = null;
        foreach (var entry in entries)
        {
            TakeRest(last, Math.Min(entry.Member, count - 1));
            // An index that names members that are not there is refused when the archive is read.
            if (entry.Kind == EntryKind.File && (uint)entry.Member < (uint)count && isWanted(entry))
            {
                wanted[entry.Member] = true;
                last = entry;
            }
            else
            {
                last = null;
            }
        }
        TakeRest(last, count - 1);
        CloseGaps(wanted);
        return wanted;

        // What follows a member without entries of its own is the rest of the last file in it.
        void TakeRest(IndexEntry? file, int nextMember)
        {
            for (var member = (file?.Member ?? nextMember) + 1; member < nextMember; member++)
            {
                wanted[member] = true;
            }
        }
    }

    /// <summary>Whether a member is read.</summary>
    public bool Has(int member) => wanted?[member] ?? true;

    /// <summary>The archive from the beginning of a member on. Members are asked for in ascending order, and each is read to its end.</summary>
    public async ValueTask<Stream> MoveToAsync(int member, CancellationToken cancellationToken)
    {
        if (_stream is null || member != _next)
        {
            await DisposeAsync().ConfigureAwait(false);
            for (; _next < member; _next++)
            {
                _offset += members[_next];
            }
            long length = 0;
            for (var at = member; at < members.Count && Has(at); at++)
            {
                length += members[at];
            }
            _stream = await open(_offset, length, cancellationToken).ConfigureAwait(false);
        }
        _offset += members[member];
        _next = member + 1;
        return _stream;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stream is not null)
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
            _stream = null;
        }
    }

    private static void CloseGaps(bool[] wanted)
    {
        var last = -1;
        for (var member = 0; member < wanted.Length; member++)
        {
            if (!wanted[member])
            {
                continue;
            }
            if (last >= 0 && member - last - 1 <= LongestGap)
            {
                wanted.AsSpan(last, member - last).Fill(true);
            }
            last = member;
        }
    }
}
