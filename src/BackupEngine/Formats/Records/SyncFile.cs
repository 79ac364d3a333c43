using System.Buffers.Binary;
using System.Security.Cryptography;
using CloudBackup.Encryption;
using CloudBackup.Formats.Rsync;

namespace CloudBackup.Formats.Records;

/// <summary>What a file of sync records is about: it is only good for exactly that.</summary>
/// <param name="Token">The state of the snapshot that it describes, or was made for; see <see cref="SnapshotState"/>.</param>
/// <param name="KeyId">The keys that the objects are encrypted with; empty for none.</param>
/// <param name="EncryptsNames">Whether their names are encrypted too.</param>
internal sealed record SyncStamp(string Token, string KeyId, bool EncryptsNames)
{
    /// <summary>The length of a token.</summary>
    public const int TokenLength = 32;

    /// <summary>Whether objects of both have the same form.</summary>
    public bool HasFormOf(SyncStamp other) => KeyId == other.KeyId && EncryptsNames == other.EncryptsNames;
}

/// <summary>
/// Writes sync records to a file, in order. The file ends in a count, its stamp and a hash of everything before: one that was cut or changed
/// is recognized. Not thread-safe.
/// </summary>
internal sealed class SyncFileWriter : IDisposable
{
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SyncEncoder _encoder = new();
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _filled;

    /// <summary>Creates the file, in place of one of the same name.</summary>
    public SyncFileWriter(string path)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        Append(SyncFileFormat.Magic);
    }

    /// <summary>Records so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a record.</summary>
    public void Write(SyncRecord record)
    {
        _encoder.Clear();
        _encoder.Write(record);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, _encoder.Span.Length);
        Append(length);
        Append(_encoder.Span);
        Count++;
    }

    /// <summary>Ends the file; without this it does not count as whole.</summary>
    /// <param name="stamp">What it is about.</param>
    /// <param name="isDurable">Whether it must survive a power cut.</param>
    public void Complete(SyncStamp stamp, bool isDurable)
    {
        var footer = new byte[SyncFileFormat.FooterLength];
        SyncFileFormat.WriteFooter(footer, Count, stamp);
        Append(footer.AsSpan(0, footer.Length - SHA256.HashSizeInBytes));
        Empty();
        _file.Write(_hash.GetHashAndReset());
        _file.Flush(isDurable);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = Math.Min(bytes.Length, _buffer.Length - _filled);
            bytes[..count].CopyTo(_buffer.AsSpan(_filled));
            _filled += count;
            bytes = bytes[count..];
            if (_filled == _buffer.Length)
            {
                Empty();
            }
        }
    }

    private void Empty()
    {
        _hash.AppendData(_buffer, 0, _filled);
        _file.Write(_buffer, 0, _filled);
        _filled = 0;
    }
}

/// <summary>How a file of sync records begins and ends.</summary>
internal static class SyncFileFormat
{
    /// <summary>Marks the end of the records, where a length would be; then count, token, name flag, key id, hash.</summary>
    public const int FooterLength = sizeof(int) + sizeof(long) + SyncStamp.TokenLength + 1 + KeyIdLength + SHA256.HashSizeInBytes;

    private const int KeyIdLength = BackupKeys.IdLength;

    public static ReadOnlySpan<byte> Magic => "CBSYNC01"u8;

    public static void WriteFooter(Span<byte> footer, long count, SyncStamp stamp)
    {
        BinaryPrimitives.WriteInt32LittleEndian(footer, 0);
        BinaryPrimitives.WriteInt64LittleEndian(footer[4..], count);
        WriteText(footer.Slice(12, SyncStamp.TokenLength), stamp.Token);
        footer[12 + SyncStamp.TokenLength] = stamp.EncryptsNames ? (byte)1 : (byte)0;
        WriteText(footer.Slice(13 + SyncStamp.TokenLength, KeyIdLength), stamp.KeyId);
    }

    public static (long Count, SyncStamp Stamp) ReadFooter(ReadOnlySpan<byte> footer) => (
        BinaryPrimitives.ReadInt64LittleEndian(footer[4..]),
        new SyncStamp(
            ReadText(footer.Slice(12, SyncStamp.TokenLength)),
            ReadText(footer.Slice(13 + SyncStamp.TokenLength, KeyIdLength)),
            footer[12 + SyncStamp.TokenLength] != 0));

    private static void WriteText(Span<byte> field, string text)
    {
        field.Clear();
        System.Text.Encoding.ASCII.GetBytes(text, field);
    }

    private static string ReadText(ReadOnlySpan<byte> field) => System.Text.Encoding.ASCII.GetString(field.TrimEnd((byte)0));
}
