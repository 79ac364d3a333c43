using System.Net;
using System.Xml;
using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.S3;

/// <summary>Removes objects from a bucket.</summary>
internal sealed class S3Removal(S3Bucket bucket)
{
    private volatile bool _lacksBulkDelete;

    /// <summary>Removes one object.</summary>
    public Task RemoveAsync(string path, CancellationToken cancellationToken)
    {
        var request = new DeleteObjectRequest { BucketName = bucket.Name, Key = StoragePath.Check(path) };
        return bucket.Gate.RunAsync(
            bucket.Gate.Uploads,
            path,
            async token =>
            {
                try
                {
                    await bucket.Answers.AskAsync(stop => bucket.Client.DeleteObjectAsync(request, stop), token).ConfigureAwait(false);
                }
                catch (AmazonS3Exception failure) when (failure.ErrorCode == "NoSuchKey")
                {
                    // Gone is what was wanted; most stores say so by themselves.
                }
                return true;
            },
            cancellationToken);
    }

    /// <summary>Removes objects, as <see cref="IBulkRemove.RemoveAllAsync"/> says: many in a request, where the store has that.</summary>
    public async Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        // A bulk request is XML, which has no way to write some characters.
        var kinds = paths.Select(StoragePath.Check).ToLookup(path => path.All(XmlConvert.IsXmlChar) || IsSurrogateOnly(path));
        var failures = new List<RemoveFailure>();
        var batches = kinds[true].Chunk(bucket.Profile.KeysPerDelete).ToList();
        await Parallel.ForEachAsync(batches, Options(cancellationToken), async (batch, token) =>
            Add(failures, await RemoveBatchAsync(batch, token).ConfigureAwait(false))).ConfigureAwait(false);
        await Parallel.ForEachAsync(kinds[false], Options(cancellationToken), async (path, token) =>
            Add(failures, await TryRemoveAsync(path, token).ConfigureAwait(false))).ConfigureAwait(false);
        return failures;
    }

    private static void Add(List<RemoveFailure> failures, IEnumerable<RemoveFailure> more)
    {
        lock (failures)
        {
            failures.AddRange(more);
        }
    }

    private static bool IsSurrogateOnly(string path)
    {
        for (var i = 0; i < path.Length; i++)
        {
            if (char.IsHighSurrogate(path[i]) && i + 1 < path.Length && char.IsLowSurrogate(path[i + 1]))
            {
                i++;
            }
            else if (!XmlConvert.IsXmlChar(path[i]) || path[i] is '\r')
            {
                return false;
            }
        }
        return true;
    }

    private ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = bucket.Gate.Uploads.Limit, CancellationToken = cancellationToken };

    private async Task<IEnumerable<RemoveFailure>> RemoveBatchAsync(string[] paths, CancellationToken cancellationToken)
    {
        if (!_lacksBulkDelete)
        {
            try
            {
                return await RemoveAtOnceAsync(paths, cancellationToken).ConfigureAwait(false);
            }
            catch (StorageException failure) when (failure.Kind is StorageErrorKind.NotSupported or StorageErrorKind.Unreadable)
            {
                _lacksBulkDelete = true;
                bucket.Context.Log($"{bucket.Address.Host} has no bulk delete: objects are removed one by one. {failure.Message}");
            }
        }
        var failures = new List<RemoveFailure>();
        await Parallel.ForEachAsync(paths, Options(cancellationToken), async (path, token) =>
            Add(failures, await TryRemoveAsync(path, token).ConfigureAwait(false))).ConfigureAwait(false);
        return failures;
    }

    private async Task<RemoveFailure[]> TryRemoveAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await RemoveAsync(path, cancellationToken).ConfigureAwait(false);
            return [];
        }
        catch (StorageException failure) when (failure.Path.Length > 0)
        {
            return [new RemoveFailure(path, failure)];
        }
    }

    private async Task<IEnumerable<RemoveFailure>> RemoveAtOnceAsync(string[] paths, CancellationToken cancellationToken)
    {
        var left = paths;
        var failures = new List<RemoveFailure>();
        var isAnswered = false;
        try
        {
            await bucket.Gate.RunAsync(
                bucket.Gate.Uploads,
                "",
                async (clock, token) =>
                {
                    isAnswered = false;
                    var errors = await SendBatchAsync(left, clock, token).ConfigureAwait(false);
                    isAnswered = true;
                    var told = errors.Where(error => error.Code != "NoSuchKey").Select(error => new RemoveFailure(error.Key, Reason(error))).ToList();
                    failures.RemoveAll(failure => failure.Reason.IsRetriable);
                    failures.AddRange(told);
                    left = [.. told.Where(failure => failure.Reason.IsRetriable).Select(failure => failure.Path)];
                    return left.Length == 0 ? true : throw told.First(failure => failure.Reason.IsRetriable).Reason;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException) when (isAnswered)
        {
            // The store works, only some objects cannot be removed: they do not keep the others from it.
        }
        return failures.Select(failure => failure with { Reason = failure.Reason.OfOneRequest() });
    }

    private async Task<List<DeleteError>> SendBatchAsync(string[] paths, SilenceClock clock, CancellationToken cancellationToken)
    {
        var request = new DeleteObjectsRequest
        {
            BucketName = bucket.Name,
            Quiet = true,
            Objects = [.. paths.Select(path => new KeyVersion { Key = path })],
        };
        try
        {
            var answer = await bucket.Answers.WorkAsync(stop => bucket.Client.DeleteObjectsAsync(request, stop), clock, cancellationToken).ConfigureAwait(false);
            return answer.DeleteErrors ?? [];
        }
        catch (DeleteObjectsException failure)
        {
            return failure.Response.DeleteErrors ?? [];
        }
    }

    private StorageException Reason(DeleteError error) => bucket.Errors.Translate(
        new AmazonS3Exception(error.Message ?? "", null, Amazon.Runtime.ErrorType.Unknown, error.Code ?? "", "", HttpStatusCode.BadRequest), error.Key);
}
