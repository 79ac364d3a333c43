using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Bench.Measuring;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;
using CloudBackup.Storage.S3;

namespace CloudBackup.Bench.Contenders;

/// <summary>A bucket of the S3 server on loopback that the integration tests use: Ceph's gateway, with everything in memory.</summary>
internal static class Bucket
{
    /// <summary>Where the server listens.</summary>
    public const int Port = 7480;

    /// <summary>The server's address.</summary>
    public const string Url = "http://127.0.0.1:7480";

    /// <summary>The bucket.</summary>
    public const string Name = "bench";

    private const string AccessKey = "testaccess";
    private const string SecretKey = "testsecret1234567890";
    private const int KeysPerDelete = 1000;

    /// <summary>The keys, as a site takes them.</summary>
    public static SiteSecrets Secrets => new() { Credential = new NetworkCredential(AccessKey, SecretKey) };

    /// <summary>Makes a site store to the bucket instead of a folder.</summary>
    /// <param name="site">The site.</param>
    /// <param name="url">The server, or a proxy before it.</param>
    public static BackupSite Adapt(BackupSite site, string url = Url) => site with
    {
        Provider = "s3-compatible",
        Settings = new S3Settings { Bucket = Name, Region = "us-east-1", Endpoint = url },
    };

    /// <summary>Our storage, without a site around it.</summary>
    /// <param name="url">The server, or a proxy before it.</param>
    /// <param name="concurrency">Requests at the same time.</param>
    public static S3Storage Open(string url, int? concurrency = null) => new(
        BucketAddress.Of(S3Profiles.Find("s3-compatible")!, new S3Settings { Bucket = Name, Region = "us-east-1", Endpoint = url }),
        new StorageContext(TimeProvider.System, new SystemRandomSource(), _ => { }, storage => storage)
        {
            Credential = new StorageCredential(AccessKey, SecretKey),
            Limits = new SiteLimits { UploadConcurrency = concurrency, CopyConcurrency = concurrency },
        });

    /// <summary>Makes the bucket, or empties it.</summary>
    /// <exception cref="BenchException">The server does not run.</exception>
    public static async Task EmptyAsync(string keep = "")
    {
        using var client = await ConnectAsync();
        await client.PutBucketAsync(new PutBucketRequest { BucketName = Name, UseClientRegion = false });
        var request = new ListObjectsV2Request { BucketName = Name, MaxKeys = KeysPerDelete };
        ListObjectsV2Response page;
        do
        {
            page = await client.ListObjectsV2Async(request);
            request.ContinuationToken = page.NextContinuationToken;
            var keys = (page.S3Objects ?? []).Where(item => keep.Length == 0 || !item.Key.StartsWith(keep, StringComparison.Ordinal)).ToList();
            if (keys.Count > 0)
            {
                await client.DeleteObjectsAsync(new DeleteObjectsRequest { BucketName = Name, Objects = [.. keys.Select(item => new KeyVersion { Key = item.Key })] });
            }
        }
        while (page.IsTruncated == true);
    }

    /// <summary>How many bytes and objects lie below a folder of the bucket.</summary>
    public static (long Objects, long Bytes) Measure(string folder = "")
    {
        var all = ListAsync(folder).ToBlockingEnumerable().ToList();
        return (all.Count, all.Sum(item => item.Size));

        static async IAsyncEnumerable<StoredObject> ListAsync(string folder)
        {
            await using var storage = Open(Url);
            await foreach (var item in storage.ListAsync(folder, recursive: true, CancellationToken.None))
            {
                yield return item;
            }
        }
    }

    /// <summary>The environment that other tools find the server by.</summary>
    public static Command WithAccess(Command command) => command
        .With("AWS_CA_BUNDLE", "") // rclone ends where a machine's environment names one; there is no TLS here
        .With("AWS_ACCESS_KEY_ID", AccessKey).With("AWS_SECRET_ACCESS_KEY", SecretKey).With("AWS_DEFAULT_REGION", "us-east-1")
        .With("RCLONE_CONFIG", "/dev/null")
        .With("RCLONE_S3_PROVIDER", "Ceph").With("RCLONE_S3_ENDPOINT", Url)
        .With("RCLONE_S3_ACCESS_KEY_ID", AccessKey).With("RCLONE_S3_SECRET_ACCESS_KEY", SecretKey);

    private static async Task<AmazonS3Client> ConnectAsync()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, Port);
        }
        catch (SocketException)
        {
            throw new BenchException($"No S3 server listens on port {Port}: start it with tests/Integration/servers/start-ceph-rgw.sh.");
        }
        return new AmazonS3Client(new BasicAWSCredentials(AccessKey, SecretKey), new AmazonS3Config
        {
            ServiceURL = Url,
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
    }
}
