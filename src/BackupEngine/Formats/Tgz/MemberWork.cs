using CloudBackup.Formats.Index;

namespace CloudBackup.Formats.Tgz;

/// <summary>One member to unpack.</summary>
/// <param name="Compressed">Its bytes.</param>
/// <param name="Number">Its number, from 0.</param>
/// <param name="IsLast">Whether it is the archive's last one.</param>
/// <param name="Entries">The entries that begin in it.</param>
/// <param name="Large">The file that its last entry, or all of it, belongs to, when that file spans several members.</param>
/// <param name="Part">The number of the member among those of <paramref name="Large"/>.</param>
internal sealed record MemberWork(Block Compressed, int Number, bool IsLast, IReadOnlyList<IndexEntry> Entries, LargeFile? Large, int Part);

/// <summary>Hands out index entries member by member.</summary>
internal sealed class EntryCursor : IDisposable
{
    private readonly IEnumerator<IndexEntry> _entries;
    private bool _hasEntry;

    /// <summary>Starts at the first entry.</summary>
    public EntryCursor(IEnumerable<IndexEntry> entries)
    {
        _entries = entries.GetEnumerator();
        _hasEntry = _entries.MoveNext();
    }

    /// <summary>Whether all entries were taken.</summary>
    public bool IsAtEnd => !_hasEntry;

    /// <summary>The member that the next entry begins in; beyond all when there is none.</summary>
    public int NextMember => _hasEntry ? _entries.Current.Member : int.MaxValue;

    /// <summary>Takes the entries that begin in a member.</summary>
    public List<IndexEntry> TakeMember(int number)
    {
        var taken = new List<IndexEntry>();
        while (_hasEntry && _entries.Current.Member == number)
        {
            taken.Add(_entries.Current);
            _hasEntry = _entries.MoveNext();
        }
        return taken;
    }

    /// <inheritdoc/>
    public void Dispose() => _entries.Dispose();
}
