using System.Runtime.ExceptionServices;
using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Infrastructure;

namespace CloudBackup.Storage.S3;

internal sealed partial class S3Storage
{
    /// <summary>What tidying up may take once you wait for the end (I8). What it leaves, the next run or a cleanup removes.</summary>
    private static readonly TimeSpan TidyLimit = TimeSpan.FromSeconds(15);

    /// <summary>How many parts the slowest store puts together in a second.</summary>
    private const double PartsPerSecond = 20;

    /// <summary>
    /// The checksum that the store keeps of each part, and of them all. Where parts carry one, the upload must be begun for it and ended with all
    /// of them: Amazon does not find the parts otherwise.
    /// </summary>
    private ChecksumAlgorithm? PartChecksum => _profile.HasChecksums ? ChecksumAlgorithm.CRC32 : null;

    /// <summary>
    /// Whether contents are sent without a signature of their own, which saves both sides a SHA-256 of all bytes: where TLS protects them, as other
    /// clients do. Amazon's checksums go with signed contents.
    /// </summary>
    private bool LeavesContentsUnsigned => _place.IsProtectedOnTheWay && !_profile.HasChecksums;

    /// <summary>
    /// Uploads a content in parts: one is filled while others are sent, as many as the upload concurrency and the memory allow. Whatever goes
    /// wrong, the parts under way are ended first and the upload is aborted then, so that the store keeps nothing of it.
    /// </summary>
    private async Task<long> UploadPartsAsync(
        S3Write write, ObjectContent content, EndAwareStream source, PartPlan plan, PartBuffer first, CancellationToken cancellationToken)
    {
        await RefuseExistingAsync(write, isChecked: false, cancellationToken).ConfigureAwait(false);
        var id = await StartUploadAsync(write, cancellationToken).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var sending = new PartsInFlight(stop, _gate.Uploads.Limit);
        try
        {
            var length = await SendPartsAsync(write, id, content, source, plan, first, sending, stop.Token).ConfigureAwait(false);
            var tags = await sending.FinishAsync().ConfigureAwait(false);
            CheckLength(write.Path, content, length);
            cancellationToken.ThrowIfCancellationRequested();
            await CompleteAsync(write, id, tags, cancellationToken).ConfigureAwait(false);
            if (write.Mode == WriteMode.CreateNew)
            {
                await SweepLostAsync(write.Path, cancellationToken).ConfigureAwait(false);
            }
            return length;
        }
        catch (Exception failure)
        {
            await EndFailedAsync(sending, write.Path, id, failure, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<long> SendPartsAsync(
        S3Write write,
        string id,
        ObjectContent content,
        EndAwareStream source,
        PartPlan plan,
        PartBuffer first,
        PartsInFlight sending,
        CancellationToken cancellationToken)
    {
        var length = first.Length;
        await sending.AddAsync(token => SendPartAsync(write, id, 1, first, token)).ConfigureAwait(false);
        for (var number = 2; !await source.IsAtEndAsync(cancellationToken).ConfigureAwait(false); number++)
        {
            plan.Check(number, length + 1);
            var part = await _buffers.TakeAsync(plan.LengthOf(number), cancellationToken).ConfigureAwait(false);
            try
            {
                await part.FillAsync(source, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                part.Dispose();
                throw;
            }
            length += part.Length;
            var at = number;
            await sending.AddAsync(token => SendPartAsync(write, id, at, part, token)).ConfigureAwait(false);
            RefuseMore(write.Path, content, length);
        }
        return length;
    }

    private Task<string> StartUploadAsync(S3Write write, CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = _place.Bucket,
            Key = write.Path,
            ContentType = "application/octet-stream",
        };
        request.Metadata[WriteMark] = write.Mark;
        return StartUploadAsync(request, cancellationToken);
    }

    /// <summary>
    /// Begins an upload. An answer that is not understood may be one of success, and each further try would begin another upload: it is not
    /// repeated, and what it has begun is swept.
    /// </summary>
    private async Task<string> StartUploadAsync(InitiateMultipartUploadRequest request, CancellationToken cancellationToken)
    {
        request.ChecksumAlgorithm = PartChecksum;
        try
        {
            return await _gate.RunAsync(
                _gate.Uploads, request.Key, token => TryStartUploadAsync(request, token), cancellationToken, Tries.UntilAnswered).ConfigureAwait(false);
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.Unreadable)
        {
            await SweepLostAsync(request.Key, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<string> TryStartUploadAsync(InitiateMultipartUploadRequest request, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(stop => Client.InitiateMultipartUploadAsync(request, stop), AnswerLimit, cancellationToken).ConfigureAwait(false);
        return answer.UploadId is { Length: > 0 } given ? given : throw _errors.BadAnswer(request.Key, "an upload has begun without an id");
    }

    /// <summary>Sends one part, and gives its buffer back however that ends.</summary>
    private async Task<PartETag> SendPartAsync(S3Write write, string id, int number, PartBuffer part, CancellationToken cancellationToken)
    {
        using var _ = part;
        return await _gate.RunAsync(
            _gate.Uploads,
            write.Path,
            (clock, token) => TransferAsync(part, clock, async (stream, stop) =>
            {
                var request = new UploadPartRequest
                {
                    BucketName = _place.Bucket,
                    Key = write.Path,
                    UploadId = id,
                    PartNumber = number,
                    PartSize = part.Length,
                    InputStream = stream,
                    UseChunkEncoding = false,
                    DisablePayloadSigning = LeavesContentsUnsigned,
                    ChecksumAlgorithm = PartChecksum,
                };
                var answer = await Client.UploadPartAsync(request, stop).ConfigureAwait(false);
                return answer.ETag is { Length: > 0 }
                    ? new PartETag(answer, copyChecksums: _profile.HasChecksums)
                    : throw _errors.BadAnswer(write.Path, "a part was stored without a tag");
            },
            token),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task CompleteAsync(S3Write write, string id, List<PartETag> tags, CancellationToken cancellationToken)
    {
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = _place.Bucket,
            Key = write.Path,
            UploadId = id,
            PartETags = tags,
            IfNoneMatch = write.Mode == WriteMode.CreateNew && _profile.CanCompleteNew ? "*" : null,
        };
        await RefuseExistingAsync(write, isChecked: _profile.CanCompleteNew, cancellationToken).ConfigureAwait(false);
        await EndAsync(
            write,
            async (clock, token) =>
            {
                // Putting many parts together takes some stores minutes, and a second request does not make them faster.
                var patience = clock.Patience(WorkLimit) + TimeSpan.FromSeconds(tags.Count / PartsPerSecond);
                var answer = await SendAsync(stop => Client.CompleteMultipartUploadAsync(request, stop), patience, token).ConfigureAwait(false);
                return answer is { ETag: null or "", Key: null or "" }
                    ? throw _errors.BadAnswer(write.Path, "an upload has ended without a result")
                    : answer;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// An answer that got lost, which the layers below may repeat unseen, leaves an upload whose id is unknown. No other process writes a new
    /// object of this path, so whatever is there is that.
    /// </summary>
    private async Task SweepLostAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await SweepPartialsAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException failure)
        {
            _context.Log($"Whether lost parts of {path} are at the store is not known: {failure.Message}");
        }
    }

    /// <summary>Ends an upload or a copy in parts that has failed; throws what really failed when the rest was only stopped.</summary>
    private async Task EndFailedAsync(PartsInFlight parts, string path, string id, Exception failure, CancellationToken stop)
    {
        var cause = await parts.StopAsync().ConfigureAwait(false);
        await AbortAsync(path, id, stop).ConfigureAwait(false);
        if (failure is OperationCanceledException && cause is not null && !stop.IsCancellationRequested)
        {
            ExceptionDispatchInfo.Throw(cause);
        }
    }

    /// <summary>Tells the store to forget the parts. When it cannot be reached, the next cleanup does it.</summary>
    private async Task AbortAsync(string path, string id, CancellationToken stop)
    {
        using var limit = new TidyTime(TidyLimit, _context.Time, stop);
        try
        {
            await AbortUploadAsync(path, id, limit.Token, isOnce: stop.IsCancellationRequested).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StorageException or OperationCanceledException)
        {
            _context.Log($"The parts of {path} are still at the store; a cleanup removes them: {failure.Message}");
        }
    }
}
