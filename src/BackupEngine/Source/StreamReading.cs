using System.Security.Cryptography;
using CloudBackup.FileTree;
using CloudBackup.Infrastructure;

namespace CloudBackup.Source;

/// <summary>
/// One reading of a <see cref="StreamItem"/>, hashed on the way. The producer is started by the first read and ended with this. Whatever it fails
/// with comes as a <see cref="StreamBrokenException"/>. Not thread-safe.
/// </summary>
/// <param name="item">The item.</param>
/// <param name="onRead">Called with the length of each stretch that was read.</param>
internal sealed class StreamReading(StreamItem item, Action<int>? onRead = null) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Stream? _producer;
    private byte[]? _result;

    /// <summary>Bytes that were read so far.</summary>
    public long Count { get; private set; }

    /// <summary>Whether all was read, and the producer has not failed.</summary>
    public bool IsComplete => _result is not null;

    /// <summary>The SHA-256 of the content; only at its end.</summary>
    public byte[] Hash => _result ?? throw new InvalidOperationException("The content was not read to its end.");

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsComplete || buffer.IsEmpty)
        {
            return 0;
        }
        var count = await ReadProducerAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count == 0)
        {
            _result = _hash.GetHashAndReset();
            return 0;
        }
        _hash.AppendData(buffer.Span[..count]);
        Count += count;
        onRead?.Invoke(count);
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _producer?.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task<int> ReadProducerAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            _producer ??= await item.StartAsync(cancellationToken).ConfigureAwait(false);
            return await _producer.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new StreamBrokenException(
                item, failure as BackupException ?? BackupErrors.SourceUnreadable(FileTreeException.From("read", item.Path, failure)));
        }
    }
}
