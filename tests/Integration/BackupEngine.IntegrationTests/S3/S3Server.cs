using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;
using CloudBackup.Storage.S3;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>
/// A real S3 server on loopback, as tests/Integration/servers starts it. A test whose server does not run is skipped, and says so.
/// </summary>
internal sealed record S3Server(string Name, int Port, string AccessKey, string SecretKey)
{
    private static readonly SiteLimits Limits = new() { MemoryLimitBytes = 64 * 1024 * 1024 };

    private static int _last;

    /// <summary>Ceph's RADOS gateway: what DigitalOcean Spaces and others run.</summary>
    public static S3Server Ceph { get; } = new("ceph-rgw", 7480, "testaccess", "testsecret1234567890");

    /// <summary>OpenStack Swift with its S3 interface: what older OVH regions run, and the strictest of the three.</summary>
    public static S3Server Swift { get; } = new("swift", 8085, "test:tester", "testing");

    /// <summary>A simulator in Python, which knows Amazon's newest requests but checks little.</summary>
    public static S3Server Moto { get; } = new("moto", 5055, "any", "thing");

    /// <summary>One of them by its name.</summary>
    public static S3Server Named(string name) => new[] { Ceph, Swift, Moto }.Single(server => server.Name == name);

    /// <summary>Whether tests may take minutes and gigabytes.</summary>
    public static bool IsLarge => Environment.GetEnvironmentVariable("CLOUDBACKUP_TEST_LARGE") == "1";

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Where it speaks TLS, with a certificate that it has signed itself.</summary>
    public int TlsPort => Port + 1;

    public StorageCredential Credential => new(AccessKey, SecretKey);

    /// <summary>Skips the test unless the server runs.</summary>
    public void Need() => Need(Port);

    /// <summary>Skips the test unless the server runs there.</summary>
    public void Need(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var isUp = true;
        try
        {
            socket.Connect("127.0.0.1", port);
        }
        catch (SocketException)
        {
            isUp = false;
        }
        Assert.SkipUnless(isUp, $"{Name} does not run on port {port}: start it with tests/Integration/servers/start-{Name}.sh.");
    }

    /// <summary>The bare SDK, for what a test sets up or looks at behind our back.</summary>
    public AmazonS3Client Bare() => new(new BasicAWSCredentials(AccessKey, SecretKey), new AmazonS3Config
    {
        ServiceURL = Url,
        ForcePathStyle = true,
        AuthenticationRegion = "us-east-1",
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });

    /// <summary>Makes a new bucket and returns its name.</summary>
    public async Task<string> MakeBucketAsync()
    {
        Need();
        var name = $"test-{Environment.ProcessId}-{Interlocked.Increment(ref _last)}";
        using var client = Bare();
        await client.PutBucketAsync(new PutBucketRequest { BucketName = name, UseClientRegion = false }, TestContext.Current.CancellationToken);
        return name;
    }

    /// <summary>All of an object.</summary>
    public static async Task<byte[]> ReadAsync(IBackupStorage storage, string path)
    {
        await using var stream = await storage.OpenReadAsync(path, 0, null, TestContext.Current.CancellationToken);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        return bytes.ToArray();
    }

    /// <summary>A storage over a bucket of the server.</summary>
    public S3Storage Open(
        string bucket,
        S3Profile? profile = null,
        string? url = null,
        SiteLimits? limits = null,
        RetryOptions? retry = null,
        StorageCredential? credential = null,
        Action<string>? log = null,
        TimeProvider? time = null,
        bool acceptSelfSignedCertificate = false)
    {
        var place = BucketAddress.Of(profile ?? S3Profiles.Find("s3-compatible")!, Settings(bucket, url, acceptSelfSignedCertificate));
        return new S3Storage(place, Context(log, time) with
        {
            Credential = credential ?? Credential,
            Limits = limits ?? Limits,
            Retry = retry ?? new RetryOptions(),
        });
    }

    /// <summary>The stack that a site gets, over a bucket of the server.</summary>
    public IBackupStorage OpenStack(string bucket, string prefix, S3Profile profile)
    {
        var site = new BackupSite { Name = Name, Provider = profile.Name, Prefix = prefix, Settings = Settings(bucket), Limits = Limits };
        return StorageStack.Decorate(Open(bucket, profile), site, Context());
    }

    private static StorageContext Context(Action<string>? log = null, TimeProvider? time = null) =>
        new(time ?? TimeProvider.System, new SeededRandom(1), log ?? (_ => { }), storage => storage);

    private S3Settings Settings(string bucket, string? url = null, bool acceptSelfSignedCertificate = false) =>
        new() { Bucket = bucket, Region = "us-east-1", Endpoint = url ?? Url, AcceptSelfSignedCertificate = acceptSelfSignedCertificate };
}
