using System.Security.Cryptography;
using CloudBackup.Infrastructure;

namespace CloudBackup.Encryption;

/// <summary>
/// A part of the content of a CBV2 file. Any block can be decrypted with the one before it, but the file's HMAC covers all of it: whoever
/// reads a part must know by other means (a hash from an authenticated list) that it is what was encrypted.
/// </summary>
internal sealed class Cbv2RangeStream : ReadOnlyStream
{
    private const int ChunkLength = 256 * 1024;

    private readonly Stream _file;
    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _vector = new byte[Cbv2.BlockLength];
    private readonly byte[] _buffer = new byte[ChunkLength];
    private bool _hasVector;
    private int _start;
    private int _end;
    private int _toSkip;
    private long _left;

    /// <summary>Makes the stream.</summary>
    /// <param name="file">The file from <see cref="FileStart"/> on; disposed with this.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="offset">Where the part begins in the content.</param>
    /// <param name="length">How long it is.</param>
    public Cbv2RangeStream(Stream file, BackupKeys keys, long offset, long length)
    {
        _file = file;
        _aes.SetKey(keys.DataKey);
        _toSkip = (int)(offset % Cbv2.BlockLength);
        _left = length;
    }

    /// <summary>From where on a file must be read to get the content from an offset on: from the block before, or the vector in its place.</summary>
    public static long FileStart(long offset) => Cbv2.MagicLength + (offset / Cbv2.BlockLength * Cbv2.BlockLength);

    /// <summary>How much of a file must be read to get a part of its content.</summary>
    public static long FileLength(long offset, long length)
    {
        var end = (offset + length + Cbv2.BlockLength - 1) / Cbv2.BlockLength * Cbv2.BlockLength;
        return Cbv2.HeaderLength + end - FileStart(offset);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 || buffer.Length == 0)
        {
            return 0;
        }
        if (_start == _end && !await FillAsync(cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }
        var count = (int)Math.Min(Math.Min(buffer.Length, _end - _start), _left);
        _buffer.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        _left -= count;
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _aes.Dispose();
            CryptographicOperations.ZeroMemory(_buffer);
        }
        base.Dispose(disposing);
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (!_hasVector)
        {
            var read = await _file.ReadAtLeastAsync(_vector, _vector.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read < _vector.Length)
            {
                return false;
            }
            _hasVector = true;
        }
        var wanted = (int)Math.Min(_buffer.Length, (_toSkip + _left + Cbv2.BlockLength - 1) / Cbv2.BlockLength * Cbv2.BlockLength);
        var filled = await _file.ReadAtLeastAsync(_buffer.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        filled -= filled % Cbv2.BlockLength;
        if (filled <= _toSkip)
        {
            return false;
        }
        var next = _buffer.AsSpan(filled - Cbv2.BlockLength, Cbv2.BlockLength).ToArray();
        _aes.DecryptCbc(_buffer.AsSpan(0, filled), _vector, _buffer.AsSpan(0, filled), PaddingMode.None);
        next.CopyTo(_vector, 0);
        (_start, _end, _toSkip) = (_toSkip, filled, 0);
        return true;
    }
}
