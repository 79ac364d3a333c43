using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.S3;

/// <summary>Lets the store copy an object: whole, or in parts when it is too long for that.</summary>
/// <param name="bucket">The bucket.</param>
/// <param name="parts">Begins and ends a copy in parts.</param>
internal sealed class S3Copy(S3Bucket bucket, MultipartUpload parts)
{
    /// <summary>Copies an object, as <see cref="IServerCopy.CopyAsync"/> says.</summary>
    public async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        if (bucket.Profile.LargestCopy < S3Profile.LargestRequest)
        {
            // Where the limit is not the protocol's, the store's refusal is unknown: look first.
            var found = await bucket.HeadAsync(from, cancellationToken).ConfigureAwait(false) ?? throw StorageException.Missing(from);
            if (found.ContentLength > bucket.Profile.LargestCopy)
            {
                await CopyPartsAsync(from, to, found, cancellationToken).ConfigureAwait(false);
                return;
            }
        }
        try
        {
            await CopyWholeAsync(from, to, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException failure) when (IsTooLarge(failure))
        {
            var found = await bucket.HeadAsync(from, cancellationToken).ConfigureAwait(false) ?? throw StorageException.Missing(from);
            if (found.ContentLength <= bucket.Profile.LargestCopy)
            {
                throw;
            }
            await CopyPartsAsync(from, to, found, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsTooLarge(StorageException failure) =>
        failure.InnerException is AmazonS3Exception { ErrorCode: "InvalidRequest" or "EntityTooLarge" or "InvalidArgument" };

    private Task<string> CopyWholeAsync(string from, string to, CancellationToken cancellationToken)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = bucket.Name,
            SourceKey = from,
            DestinationBucket = bucket.Name,
            DestinationKey = to,
            MetadataDirective = S3MetadataDirective.COPY,
        };
        return bucket.Gate.RunAsync(
            bucket.Gate.Copies,
            from,
            async (clock, token) => (await bucket.Answers.WorkAsync(stop => bucket.Client.CopyObjectAsync(request, stop), clock, token).ConfigureAwait(false)).ETag
                is { Length: > 0 } etag
                    ? etag
                    : throw bucket.Errors.BadAnswer(to, "a copy has ended without a tag"),
            cancellationToken);
    }

    private async Task CopyPartsAsync(string from, string to, GetObjectMetadataResponse found, CancellationToken cancellationToken)
    {
        var write = new S3Write(to, WriteMode.Replace, found.Metadata[S3Write.MarkName] ?? "");
        var id = await StartCopyAsync(to, found, cancellationToken).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var copying = new PartsInFlight<PartETag>(stop, bucket.Gate.Copies.Limit);
        try
        {
            var partLength = Math.Max(bucket.Profile.CopyPart, (found.ContentLength + bucket.Profile.MostParts - 1) / bucket.Profile.MostParts);
            for (var number = 1; (number - 1) * partLength < found.ContentLength; number++)
            {
                var at = number;
                var request = new CopyPartRequest
                {
                    SourceBucket = bucket.Name,
                    SourceKey = from,
                    DestinationBucket = bucket.Name,
                    DestinationKey = to,
                    UploadId = id,
                    PartNumber = number,
                    FirstByte = (number - 1) * partLength,
                    LastByte = Math.Min(number * partLength, found.ContentLength) - 1,
                    ETagToMatch = [found.ETag],
                };
                await copying.AddAsync(token => CopyPartAsync(at, request, token)).ConfigureAwait(false);
            }
            var tags = await copying.FinishAsync().ConfigureAwait(false);
            await CheckUnchangedAsync(from, found.ETag, cancellationToken).ConfigureAwait(false);
            await parts.CompleteAsync(write, id, tags, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await parts.EndFailedAsync(copying, to, id, failure, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private Task<string> StartCopyAsync(string to, GetObjectMetadataResponse found, CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest { BucketName = bucket.Name, Key = to, ContentType = found.Headers.ContentType };
        foreach (var name in found.Metadata.Keys)
        {
            request.Metadata[name] = found.Metadata[name];
        }
        return parts.StartAsync(request, cancellationToken);
    }

    private async Task<PartETag> CopyPartAsync(int number, CopyPartRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await bucket.Gate.RunAsync(
                bucket.Gate.Copies,
                request.SourceKey,
                async (clock, token) => await bucket.Answers.WorkAsync(stop => bucket.Client.CopyPartAsync(request, stop), clock, token).ConfigureAwait(false)
                    is { ETag.Length: > 0 } answer
                        ? new PartETag(answer, copyChecksums: bucket.Profile.HasChecksums) { PartNumber = number }
                        : throw bucket.Errors.BadAnswer(request.DestinationKey, "a part was copied without a tag"),
                cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException failure) when (failure.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.PreconditionFailed })
        {
            throw S3Errors.Replaced(request.SourceKey, "copied", failure);
        }
    }

    /// <summary>Not every store looks at the condition of a part, and parts of two objects are none.</summary>
    private async Task CheckUnchangedAsync(string path, string tag, CancellationToken cancellationToken)
    {
        if ((await bucket.HeadAsync(path, cancellationToken).ConfigureAwait(false))?.ETag != tag)
        {
            throw S3Errors.Replaced(path, "copied");
        }
    }
}
