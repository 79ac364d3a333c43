namespace CloudBackup.Storage.Remote;

/// <summary>Reads objects in ranges, several at a time, each of which goes on where it broke off.</summary>
/// <param name="source">Sends the requests.</param>
/// <param name="gate">What each of them passes.</param>
/// <param name="answers">Watches that they get on.</param>
/// <param name="buffers">The memory for them.</param>
/// <param name="host">The store, for messages.</param>
internal sealed class RangedReader(IRangeSource source, RequestGate gate, AnswerWatch answers, BufferBudget buffers, string host)
{
    private const long LongestRange = 8L * 1024 * 1024;

    /// <summary>What one request fetches: small enough that several of them fit into the memory that there is.</summary>
    private long RangeLength => Math.Clamp(buffers.Total / 8, PartBuffer.ChunkLength, LongestRange);

    /// <summary>Opens an object, as <see cref="IBackupStorage.OpenReadAsync"/> says.</summary>
    public async Task<Stream> OpenAsync(string path, long offset, long? length, CancellationToken cancellationToken)
    {
        if (length == 0)
        {
            return await CheckRangeAsync(path, offset, cancellationToken).ConfigureAwait(false);
        }
        var buffer = buffers.TakeSome(Math.Min(RangeLength, length ?? RangeLength));
        var first = new ObjectRange(path, offset, buffer.Capacity);
        var stop = new CancellationTokenSource();
        try
        {
            // The first range tells how long the object is, and the tag that the others must agree with.
            var loading = LoadAsync(first, buffer, stop.Token);
            await using (cancellationToken.Register(stop.Cancel).ConfigureAwait(false))
            {
                await Task.WhenAny(first.Head.Task, loading).ConfigureAwait(false);
                if (!first.Head.Task.IsCompletedSuccessfully)
                {
                    await loading.ConfigureAwait(false);
                }
            }
            cancellationToken.ThrowIfCancellationRequested();
            var head = await first.Head.Task.ConfigureAwait(false);
            var end = Math.Min(head.ObjectLength, length is { } count && count < long.MaxValue - offset ? offset + count : long.MaxValue);
            return new RangedReadStream(loading, first.Offset + first.Length, end, (at, part) => LoadAsync(
                new ObjectRange(path, at.Offset, at.Length) { Tag = head.Tag }, part, stop.Token), buffers, RangeLength, gate.Downloads.Limit, stop);
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.InvalidRange)
        {
            stop.Dispose();
            return await CheckRangeAsync(path, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>An empty stream when the offset is the very end of the object.</summary>
    private async Task<Stream> CheckRangeAsync(string path, long offset, CancellationToken cancellationToken)
    {
        var length = await source.FindLengthAsync(path, cancellationToken).ConfigureAwait(false) ?? throw StorageException.Missing(path);
        return offset <= length
            ? new MemoryStream([], writable: false)
            : throw new StorageException(StorageErrorKind.InvalidRange, path, $"'{path}' has only {length} bytes.");
    }

    /// <summary>Fetches a range, and goes on where it broke off when it does. The buffer is the caller's when this succeeds.</summary>
    private async Task<PartBuffer> LoadAsync(ObjectRange range, PartBuffer buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await gate.RunAsync(
                gate.Downloads,
                range.Path,
                async (clock, token) =>
                {
                    await answers.ReceiveAsync(clock, watch => LoadRestAsync(range, buffer, watch), token).ConfigureAwait(false);
                    return buffer;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    private async Task LoadRestAsync(ObjectRange range, PartBuffer buffer, IdleWatch watch)
    {
        var answer = await source.GetAsync(range, buffer.Length, watch.Token).ConfigureAwait(false);
        await using var _ = answer.ConfigureAwait(false);
        while (buffer.Length < range.Length)
        {
            var count = await answer.Body.ReadAsync(buffer.NextRoom(), watch.Token).ConfigureAwait(false);
            if (count == 0)
            {
                throw new StorageException(StorageErrorKind.Transient, range.Path, $"The answer of {host} broke off.");
            }
            buffer.Advance(count);
            watch.Advance(count);
        }
    }
}
