using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Storage.Decorators;

namespace CloudBackup.Storage.S3;

internal sealed partial class S3Storage
{
    private const long LongestRange = 8L * 1024 * 1024;

    /// <summary>What one request fetches: small enough that several of them fit into the memory that there is.</summary>
    private long RangeLength => Math.Clamp(_buffers.Total / 8, PartBuffer.ChunkLength, LongestRange);

    /// <inheritdoc/>
    public async Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken)
    {
        StoragePath.Check(path);
        if (length == 0)
        {
            return await CheckRangeAsync(path, offset, cancellationToken).ConfigureAwait(false);
        }
        var buffer = _buffers.TakeSome(Math.Min(RangeLength, length ?? RangeLength));
        var first = new S3Range(path, offset, buffer.Capacity);
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
                new S3Range(path, at.Offset, at.Length) { Tag = head.Tag }, part, stop.Token), _buffers, RangeLength, _gate.Downloads.Limit, stop);
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
        var found = await HeadAsync(path, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(StorageErrorKind.NotFound, path, $"There is no '{path}'.");
        return offset <= found.ContentLength
            ? new MemoryStream([], writable: false)
            : throw new StorageException(StorageErrorKind.InvalidRange, path, $"'{path}' has only {found.ContentLength} bytes.");
    }

    /// <summary>Fetches a range, and goes on where it broke off when it does. The buffer is the caller's when this succeeds.</summary>
    private async Task<PartBuffer> LoadAsync(S3Range range, PartBuffer buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _gate.RunAsync(
                _gate.Downloads,
                range.Path,
                async (clock, token) =>
                {
                    await LoadRestAsync(range, buffer, clock, token).ConfigureAwait(false);
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

    private async Task LoadRestAsync(S3Range range, PartBuffer buffer, SilenceClock clock, CancellationToken cancellationToken)
    {
        using var watch = new IdleWatch(_context.Retry.StallAfter, _context.Time, cancellationToken, clock);
        await StallAsTransientAsync(
            async () =>
            {
                using var answer = await GetAsync(range, buffer.Length, watch.Token).ConfigureAwait(false);
                var body = answer.ResponseStream;
                await using var _ = body.ConfigureAwait(false);
                while (buffer.Length < range.Length)
                {
                    var count = await body.ReadAsync(buffer.NextRoom(), watch.Token).ConfigureAwait(false);
                    if (count == 0)
                    {
                        throw new StorageException(StorageErrorKind.Transient, range.Path, $"The answer of {_place.Host} broke off.");
                    }
                    buffer.Advance(count);
                    watch.Advance(count);
                }
                return true;
            },
            watch,
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<GetObjectResponse> GetAsync(S3Range range, long done, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = _place.Bucket,
            Key = range.Path,
            ByteRange = new ByteRange(range.Offset + done, range.Offset + range.Length - 1),
            EtagToMatch = range.Tag,
        };
        GetObjectResponse answer;
        try
        {
            answer = await Client.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode == System.Net.HttpStatusCode.PreconditionFailed)
        {
            throw Replaced(range.Path, "read", failure);
        }
        if (answer.ContentRange is not { } told || !TryParse(told, out var start, out var total) || start != range.Offset + done)
        {
            answer.Dispose();
            throw _errors.BadAnswer(
                range.Path, $"a range from {range.Offset + done} was asked for, and {AnswerText.Words(answer.ContentRange ?? "something else")} came");
        }
        if (answer.ContentLength >= 0 && answer.ContentLength != Math.Min(range.Offset + range.Length, total) - start)
        {
            answer.Dispose();
            throw _errors.BadAnswer(range.Path, $"it says {AnswerText.Words(told)} and has {answer.ContentLength} bytes");
        }
        if (range.Tag is { } tag && answer.ETag != tag)
        {
            answer.Dispose();
            throw Replaced(range.Path, "read"); // by a store that does not look at conditions
        }
        range.Learn(answer.ETag, total);
        return answer;
    }

    private static StorageException Replaced(string path, string meanwhile, Exception? failure = null) =>
        new(StorageErrorKind.Corrupt, path, $"'{path}' was replaced while it was {meanwhile}.", failure);

    private static bool TryParse(string range, out long start, out long total)
    {
        // bytes 10-19/1000
        start = total = 0;
        var text = range.AsSpan(range.IndexOf(' ') + 1);
        var dash = text.IndexOf('-');
        var slash = text.IndexOf('/');
        return dash > 0 && slash > dash && TryParse(text[..dash], out start) && TryParse(text[(slash + 1)..], out total) && start < total;
    }

    private static bool TryParse(ReadOnlySpan<char> digits, out long number) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>A stretch of an object that one request fetches, and what its answer tells of the object.</summary>
    private sealed class S3Range(string path, long offset, long length)
    {
        public string Path { get; } = path;

        public long Offset { get; } = offset;

        /// <summary>The bytes that there are; fewer than wanted when the object ends before.</summary>
        public long Length { get; private set; } = length;

        public string? Tag { get; set; }

        public TaskCompletionSource<(long ObjectLength, string Tag)> Head { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Learn(string tag, long objectLength)
        {
            Tag = tag;
            Length = Math.Min(Length, objectLength - Offset);
            Head.TrySetResult((objectLength, tag));
        }
    }
}
