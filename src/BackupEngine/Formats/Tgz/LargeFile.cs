using System.Security.Cryptography;
using CloudBackup.Formats.Index;

namespace CloudBackup.Formats.Tgz;

/// <summary>
/// A file whose content spans several members. Workers bring its parts in any order; the one that brings the part that is due hashes and writes
/// it, and all that wait behind it, in order.
/// </summary>
internal sealed class LargeFile(IndexEntry entry, int parts) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, Action<LargeFile>> _waiting = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private IFileTarget? _target;
    private long _left = entry.Size;
    private int _dispatched;
    private int _due;
    private bool _isDraining;
    private bool _isBroken;

    /// <summary>The file.</summary>
    public IndexEntry Entry { get; } = entry;

    /// <summary>Whether the file is complete or given up.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The number of the next part that is read from the archive.</summary>
    public int NextPart() => ++_dispatched;

    /// <summary>Takes a part: <paramref name="use"/> is called when all parts before it are done.</summary>
    public void Accept(int part, Action<LargeFile> use)
    {
        lock (_lock)
        {
            _waiting.Add(part, use);
            if (_isDraining)
            {
                return;
            }
            _isDraining = true;
        }
        while (true)
        {
            Action<LargeFile> next;
            lock (_lock)
            {
                if (!_waiting.Remove(_due, out next!))
                {
                    _isDraining = false;
                    return;
                }
                _due++;
            }
            next(this);
        }
    }

    /// <summary>Hashes and writes content, and returns how much of it belongs to the file; the first content opens the target.</summary>
    public int Write(ReadOnlySpan<byte> content, IEntryTarget target, bool isFirst)
    {
        if (isFirst)
        {
            _target = target.BeginFile(Entry);
        }
        if (_isBroken)
        {
            return 0;
        }
        var count = (int)Math.Min(content.Length, _left);
        _hash.AppendData(content[..count]);
        _target?.Write(content[..count]);
        _left -= count;
        return count;
    }

    /// <summary>Part of the content cannot be had: what follows is not written.</summary>
    public void Break(IEntryTarget target, string reason)
    {
        if (!_isBroken)
        {
            _isBroken = true;
            Dispose();
            target.OnDamaged(Entry, reason);
        }
    }

    /// <summary>Checks the whole if this was its last part.</summary>
    public void FinishAfterLastPart(IEntryTarget target)
    {
        if (_due < parts || _isBroken)
        {
            return;
        }
        if (_left > 0 || !_hash.GetHashAndReset().AsSpan().SequenceEqual(Entry.Sha256))
        {
            Break(target, "its content does not have the hash that the index says");
            return;
        }
        _target?.Complete();
        Dispose();
    }

    /// <summary>Closes the target. Only while no worker brings parts.</summary>
    public void Dispose()
    {
        if (!IsDone)
        {
            IsDone = true;
            _target?.Dispose();
            _hash.Dispose();
        }
    }
}
