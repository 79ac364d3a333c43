using Amazon.S3.Model;
using CloudBackup.Infrastructure;
using CloudBackup.Storage.Decorators;

namespace CloudBackup.Storage.S3;

internal sealed partial class S3Storage
{
    /// <summary>
    /// Tells an object that this very write made from one that was there: an answer can get lost after the store has done its work, and the
    /// next try then finds the object.
    /// </summary>
    private const string WriteMark = "cloudbackup-write";

    /// <summary>The slowest line on which the end of a content is waited for, in bytes a second.</summary>
    private const double SlowestLine = 16 * 1024;

    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public async Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken)
    {
        StoragePath.Check(path);
        var plan = new PartPlan(_profile, path, content, _longestPart);
        plan.CheckBefore();
        var write = new S3Write(path, mode, _context.Random.NextHex(16));
        var stream = content.Open();
        await using var _ = stream.ConfigureAwait(false);
        var source = new EndAwareStream(stream);
        var wanted = plan.LengthOf(1);
        using (var first = await _buffers.TakeAsync(Math.Min(wanted, Math.Max(1, content.Length ?? wanted)), cancellationToken).ConfigureAwait(false))
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
        await RefuseExistingAsync(write, isChecked: _profile.CanCreateNew, cancellationToken).ConfigureAwait(false);
        await EndAsync(write, (clock, token) => TransferAsync(content, clock, async (stream, stop) =>
        {
            var request = new PutObjectRequest
            {
                BucketName = _place.Bucket,
                Key = write.Path,
                InputStream = stream,
                AutoCloseStream = false,
                UseChunkEncoding = false,
                DisablePayloadSigning = LeavesContentsUnsigned,
                ContentType = "application/octet-stream",
                IfNoneMatch = write.Mode == WriteMode.CreateNew && _profile.CanCreateNew ? "*" : null,
            };
            request.Metadata[WriteMark] = write.Mark;
            return (await Client.PutObjectAsync(request, stop).ConfigureAwait(false)).ETag is { Length: > 0 } tag
                ? tag
                : throw _errors.BadAnswer(write.Path, "an object was stored without a tag");
        },
        token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks before, where the store would not refuse by itself, and where much would be sent for nothing.</summary>
    private async Task RefuseExistingAsync(S3Write write, bool isChecked, CancellationToken cancellationToken)
    {
        if (write.Mode == WriteMode.CreateNew && !isChecked && await HeadAsync(write.Path, cancellationToken).ConfigureAwait(false) is not null)
        {
            throw Exists(write.Path);
        }
    }

    /// <summary>
    /// Sends the request that makes the object visible. After a try whose outcome is unknown, an object that carries this write's mark is
    /// its success.
    /// </summary>
    private async Task EndAsync<T>(S3Write write, Func<SilenceClock, CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            await _gate.RunAsync(_gate.Uploads, write.Path, request, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.AlreadyExists or StorageErrorKind.NotFound or StorageErrorKind.Unreadable)
        {
            if (!await IsDoneAsync(write, failure, cancellationToken).ConfigureAwait(false))
            {
                throw failure.Kind == StorageErrorKind.AlreadyExists && write.Mode == WriteMode.CreateNew ? Exists(write.Path) : failure;
            }
        }
    }

    private async Task<bool> IsDoneAsync(S3Write write, StorageException failure, CancellationToken cancellationToken)
    {
        try
        {
            return await HeadAsync(write.Path, cancellationToken).ConfigureAwait(false) is { } found && found.Metadata[WriteMark] == write.Mark;
        }
        catch (StorageException) when (failure.Kind == StorageErrorKind.Unreadable)
        {
            return false; // what the write was answered tells more
        }
    }

    /// <summary>How long the answer to a content may take: its end may still be in a buffer of this machine when all of it is handed over.</summary>
    private static TimeSpan AnswerLimitOf(long length)
    {
        var limit = AnswerLimit + TimeSpan.FromSeconds(length / SlowestLine);
        return limit < LongestAnswer ? limit : LongestAnswer;
    }

    /// <summary>Sends a buffer, as often as it takes, and watches that it gets on.</summary>
    private async Task<T> TransferAsync<T>(
        PartBuffer content,
        SilenceClock clock,
        Func<Stream, CancellationToken, Task<T>> send,
        CancellationToken cancellationToken)
    {
        using var watch = new IdleWatch(_context.Retry.StallAfter, _context.Time, cancellationToken, clock);
        var stream = new WatchedStream(content.AsStream(), watch, AnswerLimitOf(content.Length));
        await using var _ = stream.ConfigureAwait(false);
        return await StallAsTransientAsync(() => send(stream, watch.Token), watch, cancellationToken).ConfigureAwait(false);
    }

    private static StorageException Exists(string path) => new(StorageErrorKind.AlreadyExists, path, $"There is a '{path}' already.");

    /// <summary>One write.</summary>
    private sealed record S3Write(string Path, WriteMode Mode, string Mark);
}
