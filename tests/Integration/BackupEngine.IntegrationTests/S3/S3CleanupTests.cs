using CloudBackup.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>Cleanup of buckets.</summary>
public sealed class S3CleanupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_year_of_runs_ends_with_exactly_what_the_policy_describes()
    {
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        using var year = new YearOfBackups();
        await year.Platform.SetUpAsync(
            site: site => SiteOf(site, bucket) with { Retention = RetentionPolicy.Parse(YearOfBackups.Policy) }, secrets: Secrets);
        await year.LiveAsync(daysBetweenCleanups: 10);
        await using var storage = S3Server.Ceph.Open(bucket);
        await year.CheckAsync(storage);
    }

    [Fact]
    public async Task Uploads_of_ours_that_never_ended_go_after_a_day_and_nobody_elses()
    {
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        using var bare = S3Server.Ceph.Bare();
        string[] others = ["2026-11-01-000000-000/holiday.mp4", "someone/elses", "2026-11-01-000000-000", "snapshot/notes.txt", "app_x_v1.tar.gz",
            "cloudbackup-probe-notes/large"];
        string[] ours = ["2026-11-01-000000-000/app_x_v1.tar.gz", "2026-11-01-000000-000/app_x_v1/data/file", $"snapshot/{Guid.Empty}/data/file",
            "cloudbackup-probe-0123456789abcdef/large"];
        foreach (var key in ours.Concat(others))
        {
            await bare.InitiateMultipartUploadAsync(bucket, key, Token);
        }
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var platform = await new TestPlatform(time: time).SetUpAsync(site: site => SiteOf(site, bucket), secrets: Secrets);
        await CleanAsync(platform);
        await using var storage = S3Server.Ceph.Open(bucket);
        Assert.Equal(ours.Length + others.Length, await storage.ListPartialsAsync("", Token).CountAsync(Token));
        time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(ours.Order(StringComparer.Ordinal), await CleanAsync(platform));
        Assert.Equal(
            others.Order(StringComparer.Ordinal),
            (await storage.ListPartialsAsync("", Token).ToListAsync(Token)).Select(upload => upload.Path).Order(StringComparer.Ordinal));
    }

    private static SiteSecrets Secrets => S3BackupTests.Secrets(S3Server.Ceph, null);

    private static BackupSite SiteOf(BackupSite site, string bucket) => site with
    {
        Provider = "s3-compatible",
        Settings = new S3Settings { Bucket = bucket, Region = "us-east-1", Endpoint = S3Server.Ceph.Url },
    };

    private static async Task<IEnumerable<string>> CleanAsync(TestPlatform platform)
    {
        var plan = await platform.Engine.Cleanup.PlanAsync(null, platform.Observer, Token);
        Assert.Empty((await platform.Engine.Cleanup.ExecuteAsync(plan, _ => true, platform.Observer, Token)).Failures);
        return plan.LeftOvers.Select(item => item.Path);
    }
}
