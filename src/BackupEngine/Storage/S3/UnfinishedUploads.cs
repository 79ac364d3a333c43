using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.S3;

/// <summary>Uploads in parts that were begun and not ended: finds them, and ends them.</summary>
internal sealed class UnfinishedUploads(S3Bucket bucket)
{
    /// <summary>Ends all uploads of an object, and of every object below its path; returns how many there were.</summary>
    public async Task<int> SweepAsync(string path, CancellationToken cancellationToken)
    {
        var below = StoragePath.Check(path) + "/";
        var count = 0;
        await foreach (var upload in ListStartingAsync(path, cancellationToken).ConfigureAwait(false))
        {
            if (upload.Path == path || upload.Path.StartsWith(below, StringComparison.Ordinal))
            {
                await AbortAsync(upload.Path, upload.Id, Tries.Many, cancellationToken).ConfigureAwait(false);
                count++;
            }
        }
        return count;
    }

    /// <summary>The uploads that were begun below a folder.</summary>
    public IAsyncEnumerable<PartialUpload> ListAsync(string folder, CancellationToken cancellationToken) =>
        ListStartingAsync(folder.Length == 0 ? "" : StoragePath.Check(folder) + "/", cancellationToken);

    /// <summary>Ends an upload. One that has ended already is no error.</summary>
    public Task AbortAsync(string path, string id, Tries tries, CancellationToken cancellationToken)
    {
        var request = new AbortMultipartUploadRequest { BucketName = bucket.Name, Key = path, UploadId = id };
        return bucket.Gate.RunAsync(
            bucket.Gate.Uploads,
            path,
            async (clock, token) =>
            {
                try
                {
                    await bucket.Answers.WorkAsync(stop => bucket.Client.AbortMultipartUploadAsync(request, stop), clock, token).ConfigureAwait(false);
                }
                catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.NotFound)
                {
                    // Another process has aborted or completed it.
                }
                return true;
            },
            cancellationToken,
            tries);
    }
    private async IAsyncEnumerable<PartialUpload> ListStartingAsync(string start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (keyMarker, idMarker) = ((string?)null, (string?)null);
        var progress = new ListProgress(ListProgress.MostOfLevel);
        do
        {
            var page = await ListPageAsync(start, keyMarker, idMarker, cancellationToken).ConfigureAwait(false);
            var uploads = (page.MultipartUploads ?? []).Where(upload => !string.IsNullOrEmpty(upload.Key) && !string.IsNullOrEmpty(upload.UploadId)).ToList();
            var isLast = page.IsTruncated != true || string.IsNullOrEmpty(page.NextKeyMarker);
            if (progress.Add([.. uploads.Select(upload => $"{upload.UploadId} {upload.Key}")], $"{page.NextUploadIdMarker} {page.NextKeyMarker}", isLast) is { } fault)
            {
                throw bucket.Errors.BadAnswer(start.TrimEnd('/'), fault).OfOneRequest();
            }
            bucket.LogLongList(start, progress.Pages);
            foreach (var upload in uploads)
            {
                var path = AnswerText.Restore(upload.Key);
                if (path.StartsWith(start, StringComparison.Ordinal) && StoragePath.IsValid(path))
                {
                    yield return new PartialUpload(path, upload.UploadId, S3Bucket.TimeOf(upload.Initiated) ?? DateTimeOffset.MaxValue);
                }
            }
            (keyMarker, idMarker) = isLast ? (null, null) : (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (!string.IsNullOrEmpty(keyMarker));
    }

    private Task<ListMultipartUploadsResponse> ListPageAsync(
        string start, string? keyMarker, string? idMarker, CancellationToken cancellationToken)
    {
        // Without an encoding: Ceph 16 encodes keys when asked to, and does not say so.
        var request = new ListMultipartUploadsRequest
        {
            BucketName = bucket.Name,
            Prefix = start.Length == 0 ? null : start,
            KeyMarker = keyMarker,
            UploadIdMarker = idMarker,
        };
        return bucket.Gate.RunAsync(
            bucket.Gate.Downloads,
            start.TrimEnd('/'),
            token => bucket.Answers.AskAsync(stop => bucket.Client.ListMultipartUploadsAsync(request, stop), token),
            cancellationToken);
    }
}
