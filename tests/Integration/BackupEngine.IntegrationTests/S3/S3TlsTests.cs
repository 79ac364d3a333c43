using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using CloudBackup.Storage;
using CloudBackup.Storage.S3;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>Connections with TLS, to a server whose certificate nobody vouches for.</summary>
public sealed class S3TlsTests
{
    private static readonly RetryOptions Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(10), GiveUpAfter = TimeSpan.FromSeconds(5) };

    private static string Url => $"https://127.0.0.1:{S3Server.Ceph.TlsPort}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("s3-compatible", "-AcceptSelfSignedCertificate")]
    [InlineData("wasabi", "Correct -Endpoint.")]
    public async Task A_certificate_of_ones_own_is_refused_at_once_with_the_way_out(string provider, string wayOut)
    {
        S3Server.Ceph.Need(S3Server.Ceph.TlsPort);
        var said = new ConcurrentQueue<string>();
        await using var storage = S3Server.Ceph.Open("example-backups", S3Profiles.Find(provider), Url, retry: Quick, log: said.Enqueue);
        var failure = await Assert.ThrowsAsync<StorageException>(() => storage.FindAsync("object", Token));
        Assert.Equal(StorageErrorKind.Misconfigured, failure.Kind);
        Assert.Contains(wayOut, failure.Message, StringComparison.Ordinal);
        Assert.Empty(said); // no retry
    }

    [Fact]
    public async Task A_certificate_of_ones_own_is_accepted_when_one_says_so_for_a_whole_backup()
    {
        S3Server.Ceph.Need(S3Server.Ceph.TlsPort);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        using var platform = await new TestPlatform().SetUpAsync(
            site: site => S3BackupTests.SiteOf(site, "minio", bucket, Url) with
            {
                Settings = new S3Settings { Bucket = bucket, Endpoint = Url, AcceptSelfSignedCertificate = true },
            },
            secrets: S3BackupTests.Secrets(S3Server.Ceph, null));
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 20);
        File.WriteAllBytes(Path.Join(platform.Data, "large"), new SeededRandom(2).Bytes(13_000_000));
        var backup = await platform.BackUpAsync();
        var test = await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token);
        Assert.True(test.IsValid, string.Join('\n', test.Problems));
    }

    [Fact]
    public async Task A_handshake_that_fails_once_is_tried_again()
    {
        S3Server.Ceph.Need(S3Server.Ceph.TlsPort);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener);
        var said = new ConcurrentQueue<string>();
        await using (var storage = S3Server.Ceph.Open(
            bucket, url: $"https://{listener.LocalEndpoint}", retry: Quick, log: said.Enqueue, acceptSelfSignedCertificate: true))
        {
            Assert.Null(await storage.FindAsync("object", Token));
            Assert.StartsWith("Retry 1", Assert.Single(said), StringComparison.Ordinal);
        }
        await serving;
    }

    /// <summary>Answers the first handshake with "internal error", as a busy balancer does, and takes the second connection to the server.</summary>
    private static async Task ServeAsync(TcpListener listener)
    {
        using (var first = await listener.AcceptTcpClientAsync(Token))
        {
            var hello = new byte[5];
            await first.GetStream().ReadExactlyAsync(hello, Token);
            await first.GetStream().ReadExactlyAsync(new byte[(hello[3] << 8) + hello[4]], Token);
            await first.GetStream().WriteAsync(new byte[] { 21, 3, 3, 0, 2, 2, 80 }, Token);
        }
        using var second = await listener.AcceptTcpClientAsync(Token);
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, S3Server.Ceph.TlsPort, Token);
        var up = second.GetStream().CopyToAsync(server.GetStream(), Token);
        var down = server.GetStream().CopyToAsync(second.GetStream(), Token);
        await Task.WhenAny(up, down);
    }
}
