using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using CloudBackup.FileTree;

namespace CloudBackup.Formats.Rsync.Snapshot;

/// <summary>
/// Tells whether two sets of objects are the same, whatever order they come in and however many they are: the sum of the members' hashes and
/// their number. Not thread-safe.
/// </summary>
internal sealed class SetFingerprint
{
    private byte[] _buffer = new byte[512];
    private UInt128 _sum;

    /// <summary>Members.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a member.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="size">Its length in bytes.</param>
    /// <param name="sha256">The hash of its content; empty where contents are not compared.</param>
    public void Add(string path, long size, ReadOnlySpan<byte> sha256)
    {
        var needed = (path.Length * 3) + sizeof(long) + SHA256.HashSizeInBytes;
        if (_buffer.Length < needed)
        {
            _buffer = new byte[needed * 2];
        }
        BinaryPrimitives.WriteInt64LittleEndian(_buffer, size);
        sha256.CopyTo(_buffer.AsSpan(sizeof(long)));
        var start = sizeof(long) + sha256.Length;
        var length = start + PathText.Encode(path, _buffer.AsSpan(start));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_buffer.AsSpan(0, length), hash);
        _sum += BinaryPrimitives.ReadUInt128LittleEndian(hash);
        Count++;
    }

    /// <summary>Number and sum: equal for equal sets, and for no others that anybody will ever see.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count}:{_sum:x32}");
}
