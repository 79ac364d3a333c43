using System.Globalization;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.S3;

/// <summary>Asks a bucket for stretches of objects, and believes an answer only when it is exactly what was asked for.</summary>
internal sealed class S3Ranges(S3Bucket bucket) : IRangeSource
{
    /// <inheritdoc/>
    public async Task<RangeAnswer> GetAsync(ObjectRange range, long done, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = bucket.Name,
            Key = range.Path,
            ByteRange = new ByteRange(range.Offset + done, range.Offset + range.Length - 1),
            EtagToMatch = range.Tag,
        };
        GetObjectResponse answer;
        try
        {
            answer = await bucket.Client.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            throw S3Errors.Replaced(range.Path, "read", failure);
        }
        try
        {
            Check(range, done, answer);
            return new RangeAnswer(answer, answer.ResponseStream);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<long?> FindLengthAsync(string path, CancellationToken cancellationToken) =>
        (await bucket.HeadAsync(path, cancellationToken).ConfigureAwait(false))?.ContentLength;

    private void Check(ObjectRange range, long done, GetObjectResponse answer)
    {
        if (answer.ContentRange is not { } told || !TryParse(told, out var start, out var total) || start != range.Offset + done)
        {
            throw bucket.Errors.BadAnswer(
                range.Path, $"a range from {range.Offset + done} was asked for, and {AnswerText.Words(answer.ContentRange ?? "something else")} came");
        }
        if (answer.ContentLength >= 0 && answer.ContentLength != Math.Min(range.Offset + range.Length, total) - start)
        {
            throw bucket.Errors.BadAnswer(range.Path, $"it says {AnswerText.Words(told)} and has {answer.ContentLength} bytes");
        }
        if (range.Tag is { } tag && answer.ETag != tag)
        {
            throw S3Errors.Replaced(range.Path, "read"); // by a store that does not look at conditions
        }
        range.Learn(answer.ETag, total);
    }

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
}
