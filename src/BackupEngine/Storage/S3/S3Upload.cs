using Amazon.S3.Model;
using CloudBackup.Infrastructure;
using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.S3;

/// <summary>Stores objects: a short one in one request, a longer one in parts.</summary>
/// <param name="bucket">The bucket.</param>
/// <param name="commit">Makes an object visible.</param>
/// <param name="parts">Begins and ends an upload in parts.</param>
/// <param name="buffers">The memory for parts.</param>
internal sealed class S3Upload(S3Bucket bucket, S3Commit commit, MultipartUpload parts, BufferBudget buffers)
{
    private readonly long _longestPart = MemoryBudget.LongestOfStorage(bucket.Context.Limits);

    /// <summary>Stores an object, as <see cref="IBackupStorage.WriteAsync"/> says.</summary>
    public async Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken)
    {
        var plan = new PartPlan(bucket.Profile, path, content, _longestPart);
        plan.CheckBefore();
        var write = new S3Write(path, mode, bucket.Context.Random.NextHex(16));
        var stream = content.Open();
        await using var _ = stream.ConfigureAwait(false);
        var source = new EndAwareStream(stream);
        var wanted = plan.LengthOf(1);
        using (var first = await buffers.TakeAsync(Math.Min(wanted, Math.Max(1, content.Length ?? wanted)), cancellationToken).ConfigureAwait(false))
        {
            await first.FillAsync(source, cancellationToken).ConfigureAwait(false);
            if (await source.IsAtEndAsync(cancellationToken).ConfigureAwait(false))
            {
                CheckLength(path, content, first.Length);
                await PutAsync(write, first, cancellationToken).ConfigureAwait(false);
                return first.Length;
            }
            RefuseMore(path, content, first.Length + 1);
            return await UploadPartsAsync(write, content, source, plan, first, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void CheckLength(string path, ObjectContent content, long length)
    {
        if (content.Length is { } expected && expected != length)
        {
            throw new StorageException(StorageErrorKind.Corrupt, path, $"'{path}' was to have {expected} bytes, but another number came.");
        }
    }

    private static void RefuseMore(string path, ObjectContent content, long length)
    {
        if (length > content.Length)
        {
            CheckLength(path, content, length);
        }
    }

    private async Task PutAsync(S3Write write, PartBuffer content, CancellationToken cancellationToken)
    {
        await commit.RefuseExistingAsync(write, isChecked: bucket.Profile.CanCreateNew, cancellationToken).ConfigureAwait(false);
        await commit.RunAsync(write, (clock, token) => bucket.Answers.SendAsync(content, clock, async (stream, stop) =>
        {
            var request = new PutObjectRequest
            {
                BucketName = bucket.Name,
                Key = write.Path,
                InputStream = stream,
                AutoCloseStream = false,
                UseChunkEncoding = false,
                DisablePayloadSigning = bucket.LeavesContentsUnsigned,
                ContentType = "application/octet-stream",
                IfNoneMatch = write.Mode == WriteMode.CreateNew && bucket.Profile.CanCreateNew ? "*" : null,
            };
            request.Metadata[S3Write.MarkName] = write.Mark;
            return (await bucket.Client.PutObjectAsync(request, stop).ConfigureAwait(false)).ETag is { Length: > 0 } tag
                ? tag
                : throw bucket.Errors.BadAnswer(write.Path, "an object was stored without a tag");
        },
        token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Uploads a content in parts: one is filled while others are sent, as many as the upload concurrency and the memory allow. Whatever goes
    /// wrong, the parts under way are ended first and the upload is aborted then, so that the store keeps nothing of it.
    /// </summary>
    private async Task<long> UploadPartsAsync(
        S3Write write, ObjectContent content, EndAwareStream source, PartPlan plan, PartBuffer first, CancellationToken cancellationToken)
    {
        await commit.RefuseExistingAsync(write, isChecked: false, cancellationToken).ConfigureAwait(false);
        var id = await parts.StartAsync(write, cancellationToken).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var sending = new PartsInFlight<PartETag>(stop, bucket.Gate.Uploads.Limit);
        try
        {
            var length = await SendPartsAsync(write, id, content, source, plan, first, sending, stop.Token).ConfigureAwait(false);
            var tags = await sending.FinishAsync().ConfigureAwait(false);
            CheckLength(write.Path, content, length);
            cancellationToken.ThrowIfCancellationRequested();
            await parts.CompleteAsync(write, id, tags, cancellationToken).ConfigureAwait(false);
            if (write.Mode == WriteMode.CreateNew)
            {
                await parts.SweepLostAsync(write.Path, cancellationToken).ConfigureAwait(false);
            }
            return length;
        }
        catch (Exception failure)
        {
            await parts.EndFailedAsync(sending, write.Path, id, failure, cancellationToken).ConfigureAwait(false);
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
        PartsInFlight<PartETag> sending,
        CancellationToken cancellationToken)
    {
        var length = first.Length;
        await sending.AddAsync(token => SendPartAsync(write, id, 1, first, token)).ConfigureAwait(false);
        for (var number = 2; !await source.IsAtEndAsync(cancellationToken).ConfigureAwait(false); number++)
        {
            plan.Check(number, length + 1);
            var part = await buffers.TakeAsync(plan.LengthOf(number), cancellationToken).ConfigureAwait(false);
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

    /// <summary>Sends one part, and gives its buffer back however that ends.</summary>
    private async Task<PartETag> SendPartAsync(S3Write write, string id, int number, PartBuffer part, CancellationToken cancellationToken)
    {
        using var _ = part;
        return await bucket.Gate.RunAsync(
            bucket.Gate.Uploads,
            write.Path,
            (clock, token) => bucket.Answers.SendAsync(part, clock, async (stream, stop) =>
            {
                var request = new UploadPartRequest
                {
                    BucketName = bucket.Name,
                    Key = write.Path,
                    UploadId = id,
                    PartNumber = number,
                    PartSize = part.Length,
                    InputStream = stream,
                    UseChunkEncoding = false,
                    DisablePayloadSigning = bucket.LeavesContentsUnsigned,
                    ChecksumAlgorithm = bucket.PartChecksum,
                };
                var answer = await bucket.Client.UploadPartAsync(request, stop).ConfigureAwait(false);
                return answer.ETag is { Length: > 0 }
                    ? new PartETag(answer, copyChecksums: bucket.Profile.HasChecksums)
                    : throw bucket.Errors.BadAnswer(write.Path, "a part was stored without a tag");
            },
            token),
            cancellationToken).ConfigureAwait(false);
    }
}
