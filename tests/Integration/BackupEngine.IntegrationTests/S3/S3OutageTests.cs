using CloudBackup.Storage;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>Whole backups, and a server that goes away in the middle of them.</summary>
public sealed class S3OutageTests
{
    private static readonly TimeSpan Twenty = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Backup_and_restore_live_through_a_server_that_is_gone_for_20_seconds() =>
        Task.WhenAll(LiveThroughAsync(BackupFormat.Tgz, "a good password"), LiveThroughAsync(BackupFormat.Rsync, null));

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task A_server_gone_for_good_leaves_no_visible_backup_and_after_the_next_cleanup_nothing_at_all(BackupFormat format)
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        var time = new ShiftedTime();
        using var platform = await new TestPlatform(retry: new RetryOptions { GiveUpAfter = TimeSpan.FromSeconds(1) }, time: time).SetUpAsync(
            site: site => S3BackupTests.SiteOf(site, "s3-compatible", bucket, proxy.Url) with { Format = format },
            secrets: S3BackupTests.Secrets(S3Server.Ceph, null));
        File.WriteAllBytes(Path.Join(platform.Data, "large"), new SeededRandom(2).Bytes(30_000_000));
        proxy.Decide = request =>
        {
            if (request.Target.Contains("partNumber=2", StringComparison.Ordinal))
            {
                _ = proxy.GoDownAsync();
            }
            return null;
        };
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal("StorageUnavailable", failure.ErrorId);
        Assert.Contains($"127.0.0.1:{proxy.Port}", failure.Message, StringComparison.Ordinal);
        proxy.Decide = _ => null;
        proxy.ComeBack();
        await using var storage = S3Server.Ceph.Open(bucket);
        Assert.Empty(await platform.Engine.SyncAsync(null, [], platform.Observer, Token));
        Assert.Equal(1, await storage.ListPartialsAsync("", Token).CountAsync(Token));
        time.Offset = TimeSpan.FromHours(25);
        var plan = await platform.Engine.Cleanup.PlanAsync(null, platform.Observer, Token);
        Assert.Empty((await platform.Engine.Cleanup.ExecuteAsync(plan, _ => true, platform.Observer, Token)).Failures);
        Assert.Equal(0, await storage.ListPartialsAsync("", Token).CountAsync(Token));
        Assert.DoesNotContain(
            await storage.ListAsync("", recursive: true, Token).Select(item => item.Path).ToListAsync(Token),
            path => path.Contains("app_", StringComparison.Ordinal));
    }

    private static async Task LiveThroughAsync(BackupFormat format, string? password)
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        using var platform = await new TestPlatform().SetUpAsync(
            site: site => S3BackupTests.SiteOf(site, "s3-compatible", bucket, proxy.Url) with { Format = format },
            secrets: S3BackupTests.Secrets(S3Server.Ceph, password));
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 100);
        File.WriteAllBytes(Path.Join(platform.Data, "large"), new SeededRandom(2).Bytes(40_000_000));
        var before = S3BackupTests.Contents(platform.Data);
        var outage = new Outage(proxy, Twenty);
        proxy.Decide = outage.Decide(request => request.Target.Contains("partNumber=4", StringComparison.Ordinal));
        var backup = await platform.BackUpAsync();
        Assert.True(outage.Over.IsCompletedSuccessfully);
        Assert.Equal(BackupState.Ready, backup.State);
        S3BackupTests.Clear(platform.Data);
        outage = new Outage(proxy, Twenty);
        var ranges = 0;
        proxy.Decide = outage.Decide(request => request.Header("Range") is { } range && !range.StartsWith("bytes=0-", StringComparison.Ordinal)
            && Interlocked.Increment(ref ranges) == 4);
        await platform.RestoreAsync(backup.Id);
        Assert.True(outage.Over.IsCompletedSuccessfully);
        Assert.Equal(before, S3BackupTests.Contents(platform.Data));
        await using var storage = S3Server.Ceph.Open(bucket);
        Assert.Equal(0, await storage.ListPartialsAsync("", Token).CountAsync(Token));
    }

    /// <summary>The machine's clock, which a test can set.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
