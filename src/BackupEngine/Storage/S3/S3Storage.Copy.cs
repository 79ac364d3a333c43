using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace CloudBackup.Storage.S3;

internal sealed partial class S3Storage
{
    /// <inheritdoc/>
    public async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        StoragePath.Check(from);
        StoragePath.Check(to);
        if (_profile.LargestCopy < S3Profile.LargestRequest)
        {
            // Where the limit is not the protocol's, the store's refusal is unknown: look first.
            var found = await HeadAsync(from, cancellationToken).ConfigureAwait(false) ?? throw Missing(from);
            if (found.ContentLength > _profile.LargestCopy)
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
            var found = await HeadAsync(from, cancellationToken).ConfigureAwait(false) ?? throw Missing(from);
            if (found.ContentLength <= _profile.LargestCopy)
            {
                throw;
            }
            await CopyPartsAsync(from, to, found, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsTooLarge(StorageException failure) =>
        failure.InnerException is AmazonS3Exception { ErrorCode: "InvalidRequest" or "EntityTooLarge" or "InvalidArgument" };

    private static StorageException Missing(string path) => new(StorageErrorKind.NotFound, path, $"There is no '{path}'.");

    private Task<string> CopyWholeAsync(string from, string to, CancellationToken cancellationToken)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = _place.Bucket,
            SourceKey = from,
            DestinationBucket = _place.Bucket,
            DestinationKey = to,
            MetadataDirective = S3MetadataDirective.COPY,
        };
        return _gate.RunAsync(
            _gate.Copies,
            from,
            async (clock, token) => (await SendWorkAsync(stop => Client.CopyObjectAsync(request, stop), clock, token).ConfigureAwait(false)).ETag
                is { Length: > 0 } etag
                    ? etag
                    : throw _errors.BadAnswer(to, "a copy has ended without a tag"),
            cancellationToken);
    }

    private async Task CopyPartsAsync(string from, string to, GetObjectMetadataResponse found, CancellationToken cancellationToken)
    {
        var write = new S3Write(to, WriteMode.Replace, found.Metadata[WriteMark] ?? "");
        var id = await StartCopyAsync(to, found, cancellationToken).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var copying = new PartsInFlight(stop, _gate.Copies.Limit);
        try
        {
            var partLength = Math.Max(_profile.CopyPart, (found.ContentLength + _profile.MostParts - 1) / _profile.MostParts);
            for (var number = 1; (number - 1) * partLength < found.ContentLength; number++)
            {
                var at = number;
                var request = new CopyPartRequest
                {
                    SourceBucket = _place.Bucket,
                    SourceKey = from,
                    DestinationBucket = _place.Bucket,
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
            await CompleteAsync(write, id, tags, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await EndFailedAsync(copying, to, id, failure, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private Task<string> StartCopyAsync(string to, GetObjectMetadataResponse found, CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest { BucketName = _place.Bucket, Key = to, ContentType = found.Headers.ContentType };
        foreach (var name in found.Metadata.Keys)
        {
            request.Metadata[name] = found.Metadata[name];
        }
        return StartUploadAsync(request, cancellationToken);
    }

    private async Task<PartETag> CopyPartAsync(int number, CopyPartRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _gate.RunAsync(
                _gate.Copies,
                request.SourceKey,
                async (clock, token) => await SendWorkAsync(stop => Client.CopyPartAsync(request, stop), clock, token).ConfigureAwait(false)
                    is { ETag.Length: > 0 } answer
                        ? new PartETag(answer, copyChecksums: _profile.HasChecksums) { PartNumber = number }
                        : throw _errors.BadAnswer(request.DestinationKey, "a part was copied without a tag"),
                cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException failure) when (failure.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.PreconditionFailed })
        {
            throw Replaced(request.SourceKey, "copied", failure);
        }
    }

    /// <summary>Not every store looks at the condition of a part, and parts of two objects are none.</summary>
    private async Task CheckUnchangedAsync(string path, string tag, CancellationToken cancellationToken)
    {
        if ((await HeadAsync(path, cancellationToken).ConfigureAwait(false))?.ETag != tag)
        {
            throw Replaced(path, "copied");
        }
    }
}
