using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.S3;

/// <summary>
/// Objects in a bucket of an S3 store, Amazon's or another. Everything that differs between stores stands in their profiles; each thing that can be
/// done with a bucket is a class of its own.
/// </summary>
internal sealed class S3Storage : IBackupStorage, IServerCopy, IBulkRemove, ISweepPartials, IPartialUploads, IStorageWarnings
{
    private readonly S3Bucket _bucket;
    private readonly S3Listing _listing;
    private readonly S3Upload _upload;
    private readonly RangedReader _reader;
    private readonly S3Copy _copy;
    private readonly S3Removal _removal;
    private readonly UnfinishedUploads _unfinished;
    private readonly BucketWarnings _warnings;

    /// <summary>Creates the storage; nothing is sent yet.</summary>
    /// <param name="address">Where the bucket is.</param>
    /// <param name="context">Keys, limits, clock and log.</param>
    public S3Storage(BucketAddress address, StorageContext context)
    {
        Capabilities = CapabilitiesOf(address.Profile);
        _bucket = new S3Bucket(address, context, Capabilities);
        var buffers = new BufferBudget(MemoryBudget.OfStorage(context.Limits));
        _listing = new S3Listing(_bucket);
        _unfinished = new UnfinishedUploads(_bucket);
        var commit = new S3Commit(_bucket);
        var parts = new MultipartUpload(_bucket, commit, _unfinished);
        _upload = new S3Upload(_bucket, commit, parts, buffers);
        _reader = new RangedReader(new S3Ranges(_bucket), _bucket.Gate, _bucket.Answers, buffers, address.Host);
        _copy = new S3Copy(_bucket, parts);
        _removal = new S3Removal(_bucket);
        _warnings = new BucketWarnings(_bucket);
    }

    /// <inheritdoc/>
    public StorageCapabilities Capabilities { get; }

    /// <inheritdoc/>
    public T? As<T>()
        where T : class => this as T;

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredObject> ListAsync(string folder, bool recursive, CancellationToken cancellationToken) =>
        _listing.ListAsync(folder, recursive, cancellationToken);

    /// <inheritdoc/>
    public async Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken) =>
        await _bucket.HeadAsync(path, cancellationToken).ConfigureAwait(false) is { } found
            ? new StoredObject(path, found.ContentLength, S3Bucket.TimeOf(found.LastModified))
            : null;

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken) =>
        _reader.OpenAsync(StoragePath.Check(path), offset, length, cancellationToken);

    /// <inheritdoc/>
    public Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken) =>
        _upload.WriteAsync(StoragePath.Check(path), content, mode, cancellationToken);

    /// <inheritdoc/>
    public Task RemoveAsync(string path, CancellationToken cancellationToken) => _removal.RemoveAsync(path, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        _removal.RemoveAllAsync(paths, cancellationToken);

    /// <inheritdoc/>
    public Task CopyAsync(string from, string to, CancellationToken cancellationToken) =>
        _copy.CopyAsync(StoragePath.Check(from), StoragePath.Check(to), cancellationToken);

    /// <inheritdoc/>
    public Task<int> SweepPartialsAsync(string path, CancellationToken cancellationToken) => _unfinished.SweepAsync(path, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<PartialUpload> ListPartialsAsync(string folder, CancellationToken cancellationToken) =>
        _unfinished.ListAsync(folder, cancellationToken);

    /// <inheritdoc/>
    public Task RemovePartialAsync(PartialUpload upload, CancellationToken cancellationToken) =>
        _unfinished.AbortAsync(StoragePath.Check(upload.Path), upload.Id, Tries.Many, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> GetWarningsAsync(string folder, CancellationToken cancellationToken) =>
        _warnings.GetAsync(folder, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _bucket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static StorageCapabilities CapabilitiesOf(S3Profile profile) => new()
    {
        IsRemote = true,
        PacesItself = true,
        TakesAnyBytes = false, // keys are UTF-8
        LongestPath = 1024, // Amazon S3 user guide, "Naming objects"; the others follow
        LongestName = profile.LongestName,
        UploadConcurrency = profile.UploadConcurrency,
        DownloadConcurrency = profile.DownloadConcurrency,
        CopyConcurrency = profile.CopyConcurrency,
        CreatesAtomically = profile.CanCreateNew && profile.CanCompleteNew,
    };
}
