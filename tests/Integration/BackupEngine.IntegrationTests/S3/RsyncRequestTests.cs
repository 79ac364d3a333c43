using System.Collections.Concurrent;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>What backups of the format rsync ask of a bucket: requests are billed, and each takes a round trip.</summary>
public sealed class RsyncRequestTests
{
    private const int Files = 300;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unchanged_app_costs_no_upload_and_one_copy_a_file()
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port) { Latency = TimeSpan.FromMilliseconds(20) };
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        using var platform = await new TestPlatform().SetUpAsync(
            site: site => S3BackupTests.SiteOf(site, "s3-compatible", bucket, proxy.Url) with { Format = BackupFormat.Rsync },
            secrets: S3BackupTests.Secrets(S3Server.Ceph, null));
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), Files);
        var first = await platform.BackUpAsync();
        var requests = new ConcurrentQueue<ProxiedRequest>();
        proxy.Decide = request =>
        {
            requests.Enqueue(request);
            return null;
        };
        var second = await platform.BackUpAsync();
        var writes = requests.Where(request => request.Method == "PUT").ToList();
        Assert.Equal(Files + 2, writes.Count(request => request.Length == 0)); // copies: the files, config.json, fsmetadata.json
        Assert.All(writes.Where(request => request.Length > 0), request => Assert.Matches(@"/\d[^/]+/app_[^/]+\.(index\.gz|backupinfo)(\?|$)", request.Target));
        Assert.DoesNotContain(requests, request => request.Target.Contains("data/", StringComparison.Ordinal) && request.Method is "GET" or "HEAD" or "DELETE");
        TestContext.Current.SendDiagnosticMessage($"{requests.Count} requests, {second.Duration.TotalSeconds:0.00} s");
        foreach (var backup in new[] { first, second })
        {
            var test = await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token);
            Assert.True(test.IsValid, string.Join('\n', test.Problems));
        }
    }
}
