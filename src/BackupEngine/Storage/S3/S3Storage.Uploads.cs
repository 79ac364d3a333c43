using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace CloudBackup.Storage.S3;

internal sealed partial class S3Storage
{
    /// <inheritdoc/>
    public async Task<int> SweepPartialsAsync(string path, CancellationToken cancellationToken)
    {
        var below = StoragePath.Check(path) + "/";
        var count = 0;
        await foreach (var upload in ListStartingAsync(path, cancellationToken).ConfigureAwait(false))
        {
            if (upload.Path == path || upload.Path.StartsWith(below, StringComparison.Ordinal))
            {
                await AbortUploadAsync(upload.Path, upload.Id, cancellationToken).ConfigureAwait(false);
                count++;
            }
        }
        return count;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<PartialUpload> ListPartialsAsync(string folder, CancellationToken cancellationToken) =>
        ListStartingAsync(folder.Length == 0 ? "" : StoragePath.Check(folder) + "/", cancellationToken);

    /// <inheritdoc/>
    public Task RemovePartialAsync(PartialUpload upload, CancellationToken cancellationToken) =>
        AbortUploadAsync(StoragePath.Check(upload.Path), upload.Id, cancellationToken);

    private async IAsyncEnumerable<PartialUpload> ListStartingAsync(string start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (keyMarker, idMarker) = ((string?)null, (string?)null);
        var progress = new ListProgress(ListProgress.MostOfLevel);
        do
        {
            var page = await ListPartialsPageAsync(start, keyMarker, idMarker, cancellationToken).ConfigureAwait(false);
            var uploads = (page.MultipartUploads ?? []).Where(upload => !string.IsNullOrEmpty(upload.Key) && !string.IsNullOrEmpty(upload.UploadId)).ToList();
            var isLast = page.IsTruncated != true || string.IsNullOrEmpty(page.NextKeyMarker);
            if (progress.Add([.. uploads.Select(upload => $"{upload.UploadId} {upload.Key}")], $"{page.NextUploadIdMarker} {page.NextKeyMarker}", isLast) is { } fault)
            {
                throw _errors.BadAnswer(start.TrimEnd('/'), fault).OfOneRequest();
            }
            LogLongList(start, progress.Pages);
            foreach (var upload in uploads)
            {
                var path = AnswerText.Restore(upload.Key);
                if (path.StartsWith(start, StringComparison.Ordinal) && IsOurKindOfPath(path))
                {
                    yield return new PartialUpload(path, upload.UploadId, ToOffset(upload.Initiated) ?? DateTimeOffset.MaxValue);
                }
            }
            (keyMarker, idMarker) = isLast ? (null, null) : (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (!string.IsNullOrEmpty(keyMarker));
    }

    private Task<ListMultipartUploadsResponse> ListPartialsPageAsync(
        string start, string? keyMarker, string? idMarker, CancellationToken cancellationToken)
    {
        // Without an encoding: Ceph 16 encodes keys when asked to, and does not say so.
        var request = new ListMultipartUploadsRequest
        {
            BucketName = _place.Bucket,
            Prefix = start.Length == 0 ? null : start,
            KeyMarker = keyMarker,
            UploadIdMarker = idMarker,
        };
        return _gate.RunAsync(
            _gate.Downloads,
            start.TrimEnd('/'),
            token => SendAsync(stop => Client.ListMultipartUploadsAsync(request, stop), AnswerLimit, token),
            cancellationToken);
    }

    private Task<bool> AbortUploadAsync(string path, string id, CancellationToken cancellationToken, bool isOnce = false)
    {
        var request = new AbortMultipartUploadRequest { BucketName = _place.Bucket, Key = path, UploadId = id };
        return _gate.RunAsync(
            _gate.Uploads,
            path,
            async (clock, token) =>
            {
                try
                {
                    await SendWorkAsync(stop => Client.AbortMultipartUploadAsync(request, stop), clock, token).ConfigureAwait(false);
                }
                catch (AmazonS3Exception failure) when (failure.StatusCode == System.Net.HttpStatusCode.NotFound)
                {
                    // Another process has aborted or completed it.
                }
                return true;
            },
            cancellationToken,
            isOnce ? Tries.One : Tries.Many);
    }
}
