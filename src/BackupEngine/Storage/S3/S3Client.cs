using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.S3.Model;

namespace CloudBackup.Storage.S3;

/// <summary>
/// The SDK's client, set up for one store: no retries and no time limits of its own (the gate and the idle watch have them), no guessing from
/// the clock, and the headers that older stores insist on.
/// </summary>
internal sealed class S3Client : AmazonS3Client
{
    /// <summary>What is read from a buffer, hashed and handed to the connection at once; the SDK's own choice is 8 KiB.</summary>
    private const int BufferLength = 64 * 1024;

    private readonly OneClient _connections;

    private S3Client(AWSCredentials credentials, AmazonS3Config config, OneClient connections)
        : base(credentials, config) => _connections = connections;

    /// <summary>Creates the client; nothing is sent yet.</summary>
    /// <param name="address">Where the bucket is.</param>
    /// <param name="credential">The keys; null for what the machine offers.</param>
    public static S3Client Create(BucketAddress address, StorageCredential? credential)
    {
        var checks = address.Profile.HasChecksums
            ? (RequestChecksumCalculation.WHEN_SUPPORTED, ResponseChecksumValidation.WHEN_SUPPORTED)
            : (RequestChecksumCalculation.WHEN_REQUIRED, ResponseChecksumValidation.WHEN_REQUIRED);
        var connections = new OneClient(address.AcceptsAnyCertificate);
        var config = new AmazonS3Config
        {
            AuthenticationRegion = address.Region,
            ForcePathStyle = address.Endpoint is not null || !address.Profile.HasVirtualHosts,
            MaxErrorRetry = 0,
            Timeout = Timeout.InfiniteTimeSpan,
            DisableClockSkewCorrection = true,
            DisableLogging = true,
            BufferSize = BufferLength,
            RequestChecksumCalculation = checks.Item1,
            ResponseChecksumValidation = checks.Item2,
            HttpClientFactory = connections,
            IgnoreConfiguredEndpointUrls = true,
        };
        if (address.Endpoint is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(address.Region);
        }
        else
        {
            config.ServiceURL = address.Endpoint.ToString();
        }
        return new S3Client(Credentials(address, credential), config, connections);
    }

    /// <inheritdoc/>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        pipeline.AddHandlerBefore<Signer>(new BulkDeleteDigest());
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _connections.Dispose();
        }
    }

    private static AWSCredentials Credentials(BucketAddress address, StorageCredential? credential)
    {
        if (credential is not null)
        {
            return new BasicAWSCredentials(credential.UserName, credential.Password);
        }
        return address.Profile.HasDefaultCredentials
            ? Amazon.Runtime.Credentials.DefaultAWSCredentialsIdentityResolver.GetCredentials()
            : throw new StorageException(
                StorageErrorKind.AccessDenied, "", $"There are no keys for {address.Profile.Title}: give them with -Credential (access key as user name, secret key as password).");
    }

    /// <summary>Bulk deletes need a Content-MD5 at many stores, where the SDK sends a newer checksum that they do not know.</summary>
    private sealed class BulkDeleteDigest : PipelineHandler
    {
        public override void InvokeSync(IExecutionContext executionContext)
        {
            Add(executionContext.RequestContext);
            base.InvokeSync(executionContext);
        }

        public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            Add(executionContext.RequestContext);
            return base.InvokeAsync<T>(executionContext);
        }

        private static void Add(IRequestContext context)
        {
            if (context.OriginalRequest is not DeleteObjectsRequest)
            {
                return;
            }
            var request = context.Request;
            var stream = request.ContentStream;
#pragma warning disable CA5351 // the protocol's integrity check, not a defence
            var digest = stream is null ? MD5.HashData(request.Content) : MD5.HashData(stream);
#pragma warning restore CA5351
            if (stream is not null)
            {
                stream.Position = 0;
            }
            request.Headers["Content-MD5"] = Convert.ToBase64String(digest);
            request.Headers.Remove("x-amz-checksum-crc32");
            request.Headers.Remove("x-amz-sdk-checksum-algorithm");
        }
    }

    /// <summary>One HTTP client for all requests of one storage.</summary>
    private sealed class OneClient : HttpClientFactory, IDisposable
    {
        private readonly HttpClient _client;

        public OneClient(bool acceptsAnyCertificate)
        {
            var handler = new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(10),
                PooledConnectionLifetime = TimeSpan.FromMinutes(15),
                AllowAutoRedirect = false,
                UseCookies = false,
                AutomaticDecompression = DecompressionMethods.None,
            };
            // Only a certificate that is not accepted ends for good; any other failure to agree on a connection may pass.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, chain, errors) =>
                acceptsAnyCertificate || errors == SslPolicyErrors.None ? true : throw new CertificateException(errors, chain);
            _client = new HttpClient(new AnswerCheck(handler)) { Timeout = Timeout.InfiniteTimeSpan };
        }

        public void Dispose() => _client.Dispose();

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
    }
}
