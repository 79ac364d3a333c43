using System.Runtime.ExceptionServices;
using Amazon.S3.Model;
using CloudBackup.Infrastructure;
using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.S3;

/// <summary>How an upload, or a copy, in parts begins and ends, whichever way it ends: the store keeps nothing of one that has failed.</summary>
/// <param name="bucket">The bucket.</param>
/// <param name="commit">Makes an object visible.</param>
/// <param name="unfinished">Removes what was not ended.</param>
internal sealed class MultipartUpload(S3Bucket bucket, S3Commit commit, UnfinishedUploads unfinished)
{
    /// <summary>How many parts the slowest store puts together in a second.</summary>
    private const double PartsPerSecond = 20;

    /// <summary>What tidying up may take once you wait for the end (I8). What it leaves, the next run or a cleanup removes.</summary>
    private static readonly TimeSpan TidyLimit = TimeSpan.FromSeconds(15);

    /// <summary>Begins an upload of a new content.</summary>
    public Task<string> StartAsync(S3Write write, CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = bucket.Name,
            Key = write.Path,
            ContentType = "application/octet-stream",
        };
        request.Metadata[S3Write.MarkName] = write.Mark;
        return StartAsync(request, cancellationToken);
    }

    /// <summary>
    /// Begins an upload. An answer that is not understood may be one of success, and each further try would begin another upload: it is not
    /// repeated, and what it has begun is swept.
    /// </summary>
    public async Task<string> StartAsync(InitiateMultipartUploadRequest request, CancellationToken cancellationToken)
    {
        request.ChecksumAlgorithm = bucket.PartChecksum;
        try
        {
            return await bucket.Gate.RunAsync(
                bucket.Gate.Uploads, request.Key, token => TryStartAsync(request, token), cancellationToken, Tries.UntilAnswered).ConfigureAwait(false);
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.Unreadable)
        {
            await SweepLostAsync(request.Key, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Puts the parts together: from then on the object is visible.</summary>
    public async Task CompleteAsync(S3Write write, string id, List<PartETag> tags, CancellationToken cancellationToken)
    {
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = bucket.Name,
            Key = write.Path,
            UploadId = id,
            PartETags = tags,
            IfNoneMatch = write.Mode == WriteMode.CreateNew && bucket.Profile.CanCompleteNew ? "*" : null,
        };
        await commit.RefuseExistingAsync(write, isChecked: bucket.Profile.CanCompleteNew, cancellationToken).ConfigureAwait(false);
        await commit.RunAsync(
            write,
            async (clock, token) =>
            {
                // Putting many parts together takes some stores minutes, and a second request does not make them faster.
                var more = TimeSpan.FromSeconds(tags.Count / PartsPerSecond);
                var answer = await bucket.Answers.WorkAsync(stop => bucket.Client.CompleteMultipartUploadAsync(request, stop), clock, more, token)
                    .ConfigureAwait(false);
                return answer is { ETag: null or "", Key: null or "" }
                    ? throw bucket.Errors.BadAnswer(write.Path, "an upload has ended without a result")
                    : answer;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// An answer that got lost, which the layers below may repeat unseen, leaves an upload whose id is unknown. No other process writes a new
    /// object of this path, so whatever is there is that.
    /// </summary>
    public async Task SweepLostAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await unfinished.SweepAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException failure)
        {
            bucket.Context.Log($"Whether lost parts of {path} are at the store is not known: {failure.Message}");
        }
    }

    /// <summary>Ends an upload or a copy in parts that has failed; throws what really failed when the rest was only stopped.</summary>
    public async Task EndFailedAsync(PartsInFlight<PartETag> parts, string path, string id, Exception failure, CancellationToken stop)
    {
        var cause = await parts.StopAsync().ConfigureAwait(false);
        await AbortAsync(path, id, stop).ConfigureAwait(false);
        if (failure is OperationCanceledException && cause is not null && !stop.IsCancellationRequested)
        {
            ExceptionDispatchInfo.Throw(cause);
        }
    }

    private async Task<string> TryStartAsync(InitiateMultipartUploadRequest request, CancellationToken cancellationToken)
    {
        var answer = await bucket.Answers.AskAsync(stop => bucket.Client.InitiateMultipartUploadAsync(request, stop), cancellationToken).ConfigureAwait(false);
        return answer.UploadId is { Length: > 0 } given ? given : throw bucket.Errors.BadAnswer(request.Key, "an upload has begun without an id");
    }

    /// <summary>Tells the store to forget the parts. When it cannot be reached, the next cleanup does it.</summary>
    private async Task AbortAsync(string path, string id, CancellationToken stop)
    {
        using var limit = new StopGrace(TidyLimit, bucket.Context.Time, stop);
        try
        {
            await unfinished.AbortAsync(path, id, stop.IsCancellationRequested ? Tries.One : Tries.Many, limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StorageException or OperationCanceledException)
        {
            bucket.Context.Log($"The parts of {path} are still at the store; a cleanup removes them: {failure.Message}");
        }
    }
}
