using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.S3;

/// <summary>
/// A bucket, and how it is asked: each request passes the gate, is watched until its answer has come, and what a failure means is read in one place.
/// </summary>
internal sealed class S3Bucket : IDisposable
{
    /// <summary>A list is mentioned in the log each time that it has taken so many pages more.</summary>
    private const int PagesPerMention = 500;

    private readonly Lazy<S3Client> _client;

    /// <summary>Creates the bucket; nothing is sent yet.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="context">Keys, limits, clock and log.</param>
    /// <param name="capabilities">How many requests at a time do the store good.</param>
    public S3Bucket(BucketAddress address, StorageContext context, StorageCapabilities capabilities)
    {
        (Address, Context) = (address, context);
        Errors = new S3Errors(address);
        Gate = new RequestGate(capabilities, address.Profile.RequestsPerSecond, Errors.Translate, context);
        Answers = new AnswerWatch(address.Host, context.Retry, context.Time);
        _client = new Lazy<S3Client>(() => S3Client.Create(address, context.Credential));
    }

    /// <summary>Where it is.</summary>
    public BucketAddress Address { get; }

    /// <summary>Its name.</summary>
    public string Name => Address.Bucket;

    /// <summary>What its store can do and wants.</summary>
    public S3Profile Profile => Address.Profile;

    /// <summary>Keys, limits, clock and log.</summary>
    public StorageContext Context { get; }

    /// <summary>What failures mean.</summary>
    public S3Errors Errors { get; }

    /// <summary>What every request passes.</summary>
    public RequestGate Gate { get; }

    /// <summary>Watches that answers come.</summary>
    public AnswerWatch Answers { get; }

    /// <summary>Sends requests.</summary>
    public S3Client Client => _client.Value;

    /// <summary>
    /// The checksum that the store keeps of each part, and of them all. Where parts carry one, the upload must be begun for it and ended with all
    /// of them: Amazon does not find the parts otherwise.
    /// </summary>
    public ChecksumAlgorithm? PartChecksum => Profile.HasChecksums ? ChecksumAlgorithm.CRC32 : null;

    /// <summary>
    /// Whether contents are sent without a signature of their own, which saves both sides a SHA-256 of all bytes: where TLS protects them, as other
    /// clients do. Amazon's checksums go with signed contents.
    /// </summary>
    public bool LeavesContentsUnsigned => Address.IsProtectedOnTheWay && !Profile.HasChecksums;

    /// <summary>A time as the SDK tells it.</summary>
    public static DateTimeOffset? TimeOf(DateTime? time) => time is { } value ? new DateTimeOffset(value.ToUniversalTime()) : null;

    /// <summary>What the store tells of an object; null when it is not there.</summary>
    public Task<GetObjectMetadataResponse?> HeadAsync(string path, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = Name, Key = StoragePath.Check(path) };
        return Gate.RunAsync<GetObjectMetadataResponse?>(
            Gate.Downloads,
            path,
            async token =>
            {
                try
                {
                    return await Answers.AskAsync(stop => Client.GetObjectMetadataAsync(request, stop), token).ConfigureAwait(false);
                }
                catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.NotFound)
                {
                    return null; // of the object or the bucket: an answer without a body does not say
                }
                catch (AmazonS3Exception failure) when ((int)failure.StatusCode is 301 or 307 or 400 or 401 or 403)
                {
                    // Nor why it refuses: a request with an answer that has a body finds out.
                    var list = new ListObjectsV2Request { BucketName = Name, Prefix = path, MaxKeys = 1 };
                    await Answers.AskAsync(stop => Client.ListObjectsV2Async(list, stop), token).ConfigureAwait(false);
                    throw;
                }
            },
            cancellationToken);
    }

    /// <summary>Mentions a list that is long.</summary>
    public void LogLongList(string prefix, int pages)
    {
        if (pages % PagesPerMention == 0)
        {
            Context.Log($"The list of '{prefix}' at {Address.Host} goes on after {pages} pages.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            Client.Dispose();
        }
    }
}
