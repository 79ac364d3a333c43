using System.Buffers.Binary;
using System.IO.Hashing;
using CloudBackup.FileTree;
using CloudBackup.Formats.Rsync.Snapshot;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>
/// Tells whether two sets of objects have the same paths and lengths, whatever order they come in and however many they are: their number and
/// the sum of their hashes (XXH3-128, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). It lives as long as one run and answers
/// for what a storage forgot, not for what was forged, so a fast hash is enough; <see cref="SetFingerprint"/> answers for contents. Not
/// thread-safe.
/// </summary>
internal sealed class ObjectSet
{
    private byte[] _buffer = new byte[512];
    private UInt128 _sum;

    /// <summary>Members.</summary>
    public long Count { get; private set; }

    /// <summary>Adds an object.</summary>
    /// <param name="path">Its path below the folder that holds the set.</param>
    /// <param name="size">Its length in bytes.</param>
    public void Add(ReadOnlySpan<char> path, long size)
    {
        var needed = (path.Length * 3) + sizeof(long);
        if (_buffer.Length < needed)
        {
            _buffer = new byte[needed * 2];
        }
        BinaryPrimitives.WriteInt64LittleEndian(_buffer, size);
        var length = sizeof(long) + PathText.Encode(path, _buffer.AsSpan(sizeof(long)));
        _sum += XxHash128.HashToUInt128(_buffer.AsSpan(0, length));
        Count++;
    }

    /// <summary>Whether another set has the same members.</summary>
    public bool IsSameAs(ObjectSet other) => Count == other.Count && _sum == other._sum;
}
