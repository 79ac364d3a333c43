using System.Security.Cryptography;
using System.Threading.Channels;

namespace CloudBackup.Encryption;

/// <summary>
/// The content of a CBV2 file. The task reads the file and decrypts, the HMAC runs beside it. The stream ends only when the HMAC is right:
/// until then nothing that came out of it may be relied on, and the caller removes what it wrote when a read throws.
/// </summary>
internal sealed class Cbv2DecryptStream : PipedStream
{
    private const int ChunkLength = 256 * 1024;

    private readonly Stream _file;
    private readonly Aes _aes;
    private readonly MacCheck _mac;

    /// <summary>Starts decrypting.</summary>
    /// <param name="file">The file; disposed with this.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="coverage">Which HMACs are accepted.</param>
    public Cbv2DecryptStream(Stream file, BackupKeys keys, MacCoverage coverage)
        : base(ChunkLength)
    {
        _file = file;
        _aes = Aes.Create();
        _aes.SetKey(keys.DataKey);
        _mac = new MacCheck(keys, coverage);
        Start();
    }

    /// <inheritdoc/>
    protected override async Task ProduceAsync(ChannelWriter<Chunk> output, CancellationToken cancellationToken)
    {
        // One chunk ahead of what is decrypted: the last block has the padding and what follows it is the MAC.
        var buffer = new byte[ChunkLength + Cbv2.MacLength + Cbv2.BlockLength];
        var filled = await ReadHeaderAsync(buffer, cancellationToken).ConfigureAwait(false);
        var vector = buffer.AsSpan(Cbv2.MagicLength, Cbv2.VectorLength).ToArray();
        _mac.Start(vector);
        filled -= Cbv2.HeaderLength;
        buffer.AsSpan(Cbv2.HeaderLength, filled).CopyTo(buffer);
        while (true)
        {
            filled += await _file.ReadAtLeastAsync(buffer.AsMemory(filled), buffer.Length - filled, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            var isLast = filled < buffer.Length;
            var length = isLast ? filled - Cbv2.MacLength : ChunkLength;
            if (length < 0 || length % Cbv2.BlockLength != 0 || (isLast && length == 0))
            {
                throw Cut();
            }
            var chunk = await RentAsync(cancellationToken).ConfigureAwait(false);
            DecryptChunk(buffer.AsSpan(0, length), vector, chunk, isLast);
            await output.WriteAsync(chunk, cancellationToken).ConfigureAwait(false);
            if (isLast)
            {
                _mac.Check(buffer.AsSpan(length, Cbv2.MacLength));
                return;
            }
            filled -= length;
            buffer.AsSpan(length, filled).CopyTo(buffer);
        }
    }

    /// <inheritdoc/>
    protected override void OnChunk(Chunk chunk, bool isFirst)
    {
    }

    /// <inheritdoc/>
    protected override bool TryFinish(Chunk chunk) => false;

    /// <inheritdoc/>
    protected override void DisposeParts()
    {
        _file.Dispose();
        _aes.Dispose();
        _mac.Dispose();
    }

    private async Task<int> ReadHeaderAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var count = await _file.ReadAtLeastAsync(buffer, Cbv2.HeaderLength, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (count < Cbv2.MagicLength || !buffer.AsSpan(0, Cbv2.MagicLength).SequenceEqual(Cbv2.Magic))
        {
            throw new WrongPasswordOrDamagedException("It is no encrypted file: it does not begin with CBV2.");
        }
        return count >= Cbv2.HeaderLength ? count : throw Cut();
    }

    private void DecryptChunk(ReadOnlySpan<byte> cipher, byte[] vector, Chunk chunk, bool isLast)
    {
        _mac.Append(cipher);
        try
        {
            chunk.Length = _aes.DecryptCbc(cipher, vector, chunk.Bytes, isLast ? PaddingMode.PKCS7 : PaddingMode.None);
        }
        catch (CryptographicException)
        {
            // Bad padding says no more than a bad MAC, and must not be told apart from it.
            throw MacCheck.Failure();
        }
        cipher[^Cbv2.BlockLength..].CopyTo(vector);
    }

    private static WrongPasswordOrDamagedException Cut() => new("The file is cut.");
}
