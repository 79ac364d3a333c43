using System.Security.Cryptography;
using System.Threading.Channels;

namespace CloudBackup.Encryption;

/// <summary>
/// The CBV2 form of a content, made while it is read. Reading the content and AES run in a task of their own; the HMAC runs in the reader:
/// with the compression of an archive before it and the upload behind it, all of them overlap.
/// </summary>
internal sealed class Cbv2EncryptStream : PipedStream
{
    private const int ChunkLength = 256 * 1024;

    private readonly Stream _content;
    private readonly Aes _aes;
    private readonly IncrementalHash _mac;
    private readonly byte[] _vector;
    private bool _isMacSent;

    /// <summary>Starts encrypting.</summary>
    /// <param name="content">The content; disposed with this.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="vector">16 random bytes, never used for another content.</param>
    public Cbv2EncryptStream(Stream content, BackupKeys keys, ReadOnlySpan<byte> vector)
        : base(ChunkLength + Cbv2.BlockLength)
    {
        _content = content;
        _vector = vector.ToArray();
        _aes = Aes.Create();
        _aes.SetKey(keys.DataKey);
        _mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.DataHmacKey);
        Start();
    }

    /// <inheritdoc/>
    protected override async Task ProduceAsync(ChannelWriter<Chunk> output, CancellationToken cancellationToken)
    {
        var header = await RentAsync(cancellationToken).ConfigureAwait(false);
        Cbv2.Magic.CopyTo(header.Bytes);
        _vector.CopyTo(header.Bytes.AsSpan(Cbv2.MagicLength));
        header.Length = Cbv2.HeaderLength;
        await output.WriteAsync(header, cancellationToken).ConfigureAwait(false);
        var plain = new byte[ChunkLength];
        var vector = (byte[])_vector.Clone();
        while (true)
        {
            var count = await _content.ReadAtLeastAsync(plain, ChunkLength, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            var isLast = count < ChunkLength;
            var chunk = await RentAsync(cancellationToken).ConfigureAwait(false);
            chunk.Length = _aes.EncryptCbc(plain.AsSpan(0, count), vector, chunk.Bytes, isLast ? PaddingMode.PKCS7 : PaddingMode.None);
            chunk.Bytes.AsSpan(chunk.Length - Cbv2.BlockLength, Cbv2.BlockLength).CopyTo(vector);
            await output.WriteAsync(chunk, cancellationToken).ConfigureAwait(false);
            if (isLast)
            {
                CryptographicOperations.ZeroMemory(plain);
                return;
            }
        }
    }

    /// <inheritdoc/>
    protected override void OnChunk(Chunk chunk, bool isFirst) => _mac.AppendData(chunk.Span[(isFirst ? Cbv2.MagicLength : 0)..]);

    /// <inheritdoc/>
    protected override bool TryFinish(Chunk chunk)
    {
        if (_isMacSent)
        {
            return false;
        }
        _isMacSent = true;
        chunk.Length = _mac.GetHashAndReset(chunk.Bytes);
        return true;
    }

    /// <inheritdoc/>
    protected override void DisposeParts()
    {
        _content.Dispose();
        _aes.Dispose();
        _mac.Dispose();
    }
}
