using System.Runtime.CompilerServices;
using Amazon.S3.Model;

namespace CloudBackup.Storage.S3;

/// <summary>
/// Objects in a bucket of an S3 store, Amazon's or another. Every request passes the gate (retry, limits, rate); everything that differs
/// between stores stands in their profiles.
/// </summary>
internal sealed partial class S3Storage : IBackupStorage, IServerCopy, IBulkRemove, ISweepPartials, IPartialUploads, IStorageWarnings
{
    private readonly BucketAddress _place;
    private readonly S3Profile _profile;
    private readonly StorageContext _context;
    private readonly S3Errors _errors;
    private readonly RequestGate _gate;
    private readonly BufferBudget _buffers;
    private readonly long _longestPart;
    private readonly Lazy<S3Client> _client;
    private readonly ListedNames _names;

    /// <summary>Creates the storage; nothing is sent yet.</summary>
    /// <param name="place">Where the bucket is.</param>
    /// <param name="context">Keys, limits, clock and log.</param>
    public S3Storage(BucketAddress place, StorageContext context)
    {
        _place = place;
        _profile = place.Profile;
        _context = context;
        _errors = new S3Errors(place);
        _gate = new RequestGate(_errors, _profile, context);
        _buffers = new BufferBudget(MemoryBudget.OfStorage(context.Limits));
        _longestPart = MemoryBudget.LongestOfStorage(context.Limits);
        _client = new Lazy<S3Client>(() => S3Client.Create(place, context.Credential));
        _names = new ListedNames(HasAsync);
        Capabilities = new StorageCapabilities
        {
            IsRemote = true,
            PacesItself = true,
            TakesAnyBytes = false, // keys are UTF-8
            LongestPath = 1024, // Amazon S3 user guide, "Naming objects"; the others follow
            LongestName = _profile.LongestName,
            UploadConcurrency = _profile.UploadConcurrency,
            DownloadConcurrency = _profile.DownloadConcurrency,
            CopyConcurrency = _profile.CopyConcurrency,
            CreatesAtomically = _profile.CanCreateNew && _profile.CanCompleteNew,
        };
    }

    /// <inheritdoc/>
    public StorageCapabilities Capabilities { get; }

    private S3Client Client => _client.Value;

    /// <inheritdoc/>
    public T? As<T>()
        where T : class => this as T;

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = folder.Length == 0 ? "" : StoragePath.Check(folder) + "/";
        string? next = null;
        var lastFolder = "";
        var progress = new ListProgress(recursive ? ListProgress.MostOfTree : ListProgress.MostOfLevel);
        do
        {
            var page = await ListPageAsync(prefix, recursive, next, cancellationToken).ConfigureAwait(false);
            var names = page.Items.ConvertAll(item => item.IsFolder ? item.Path + "/" : item.Path);
            if (progress.Add(names, page.Next, page.IsLast, mayShare: lastFolder + "/") is { } fault)
            {
                throw _errors.BadAnswer(prefix.TrimEnd('/'), fault).OfOneRequest();
            }
            LogLongList(prefix, progress.Pages);
            foreach (var item in page.Items)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!item.IsFolder || item.Path != lastFolder) // a page may begin with the folder that the last one ended with
                {
                    yield return item;
                }
                lastFolder = item.IsFolder ? item.Path : lastFolder;
            }
            next = page.IsLast ? null : page.Next;
        }
        while (next is not null);
    }

    /// <inheritdoc/>
    public async Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken) =>
        await HeadAsync(path, cancellationToken).ConfigureAwait(false) is { } found
            ? new StoredObject(path, found.ContentLength, ToOffset(found.LastModified))
            : null;

    /// <inheritdoc/>
    public Task RemoveAsync(string path, CancellationToken cancellationToken)
    {
        var request = new DeleteObjectRequest { BucketName = _place.Bucket, Key = StoragePath.Check(path) };
        return _gate.RunAsync(
            _gate.Uploads,
            path,
            async token =>
            {
                try
                {
                    await SendAsync(stop => Client.DeleteObjectAsync(request, stop), AnswerLimit, token).ConfigureAwait(false);
                }
                catch (Amazon.S3.AmazonS3Exception failure) when (failure.ErrorCode == "NoSuchKey")
                {
                    // Gone is what was wanted; most stores say so by themselves.
                }
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_client.IsValueCreated)
        {
            Client.Dispose();
        }
        return ValueTask.CompletedTask;
    }

    private static DateTimeOffset? ToOffset(DateTime? time) => time is { } value ? new DateTimeOffset(value.ToUniversalTime()) : null;

    private Task<GetObjectMetadataResponse?> HeadAsync(string path, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = _place.Bucket, Key = StoragePath.Check(path) };
        return _gate.RunAsync<GetObjectMetadataResponse?>(
            _gate.Downloads,
            path,
            async token =>
            {
                try
                {
                    return await SendAsync(stop => Client.GetObjectMetadataAsync(request, stop), AnswerLimit, token).ConfigureAwait(false);
                }
                catch (Amazon.S3.AmazonS3Exception failure) when (failure.StatusCode == System.Net.HttpStatusCode.NotFound)
                {
                    return null; // of the object or the bucket: an answer without a body does not say
                }
                catch (Amazon.S3.AmazonS3Exception failure) when ((int)failure.StatusCode is 301 or 307 or 400 or 401 or 403)
                {
                    // Nor why it refuses: a request with an answer that has a body finds out.
                    var list = new ListObjectsV2Request { BucketName = _place.Bucket, Prefix = path, MaxKeys = 1 };
                    await SendAsync(stop => Client.ListObjectsV2Async(list, stop), AnswerLimit, token).ConfigureAwait(false);
                    throw;
                }
            },
            cancellationToken);
    }
}
