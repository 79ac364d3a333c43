using System.Collections.Concurrent;
using CloudBackup.Storage;
using CloudBackup.Storage.S3;
using CloudBackup.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>What networks and busy servers do, between us and a real server.</summary>
public sealed class S3FaultTests
{
    private const int Large = 23 * 1024 * 1024;
    private const string Poisoned = "<DeleteResult><Error><Key>t/poisoned</Key><Code>InternalError</Code><Message>Injected.</Message></Error></DeleteResult>";

    private static readonly RetryOptions Quick = new()
    {
        BaseDelay = TimeSpan.FromMilliseconds(10),
        LongestDelay = TimeSpan.FromMilliseconds(200),
        StallAfter = TimeSpan.FromMilliseconds(700),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("storm of 503")]
    [InlineData("storm of 500")]
    [InlineData("resets in uploads")]
    [InlineData("resets in downloads")]
    [InlineData("truncated downloads")]
    [InlineData("trickle")]
    [InlineData("lost answers")]
    public async Task What_is_written_through_a_fault_is_read_back_through_it(string fault)
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        proxy.Decide = Faults(fault);
        await using var storage = S3Server.Ceph.Open(bucket, url: proxy.Url, retry: Quick);
        var content = new SeededRandom(1).Bytes(Large);
        await storage.WriteAsync("large", ObjectContent.FromStream(new MemoryStream(content)), WriteMode.CreateNew, Token);
        for (var i = 0; i < 10; i++)
        {
            await storage.WriteAsync($"small/{i}", ObjectContent.FromBytes(content.AsMemory(i, 1000)), WriteMode.CreateNew, Token);
        }
        await storage.CopyAsync("large", "copy", Token);
        Assert.Equal(content, await S3Server.ReadAsync(storage, "copy"));
        Assert.Equal(12, await storage.ListAsync("", recursive: true, Token).CountAsync(Token));
        Assert.Empty(await storage.RemoveAllAsync([.. Enumerable.Range(0, 10).Select(i => $"small/{i}")], Token));
        Assert.Equal(["copy", "large"], await storage.ListAsync("", recursive: true, Token).Select(item => item.Path).ToListAsync(Token));
        await AssertNoPartsAsync(bucket);
    }

    [Fact]
    public async Task A_server_that_is_gone_for_a_while_costs_time_only()
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        await using var storage = S3Server.Ceph.Open(bucket, url: proxy.Url, retry: Quick with { LongestDelay = TimeSpan.FromSeconds(1) });
        var content = new SeededRandom(2).Bytes(Large);
        var outage = new Outage(proxy, TimeSpan.FromSeconds(4));
        proxy.Decide = outage.Decide(request => request.Target.Contains("partNumber=3", StringComparison.Ordinal));
        await storage.WriteAsync("large", ObjectContent.FromStream(new MemoryStream(content)), WriteMode.CreateNew, Token);
        await outage.Over;
        outage = new Outage(proxy, TimeSpan.FromSeconds(4));
        var ranges = 0;
        proxy.Decide = outage.Decide(_ => Interlocked.Increment(ref ranges) == 2);
        Assert.Equal(content, await S3Server.ReadAsync(storage, "large"));
        await outage.Over;
        await AssertNoPartsAsync(bucket);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_told_and_leaves_no_object_and_after_a_sweep_no_parts()
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        await using var storage = S3Server.Ceph.Open(bucket, url: proxy.Url, retry: Quick with { GiveUpAfter = TimeSpan.FromSeconds(1) });
        proxy.Decide = request =>
        {
            if (request.Target.Contains("partNumber=2", StringComparison.Ordinal))
            {
                _ = proxy.GoDownAsync();
            }
            return null;
        };
        var failure = await Assert.ThrowsAsync<StorageException>(() =>
            storage.WriteAsync("t/large", ObjectContent.FromStream(new MemoryStream(new byte[Large])), WriteMode.CreateNew, Token));
        Assert.Equal(StorageErrorKind.Transient, failure.Kind);
        Assert.Contains($"127.0.0.1:{proxy.Port}", failure.Message, StringComparison.Ordinal);
        await using var back = S3Server.Ceph.Open(bucket);
        Assert.Null(await back.FindAsync("t/large", Token));
        Assert.Equal("t/large", Assert.Single(await back.ListPartialsAsync("", Token).ToListAsync(Token)).Path);
        Assert.Equal(0, await back.SweepPartialsAsync("t/larg", Token));
        Assert.Equal(1, await back.SweepPartialsAsync("t", Token));
        await AssertNoPartsAsync(bucket);
    }

    [Fact]
    public async Task Throttling_halves_the_requests_at_a_time_and_says_so()
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        var said = new ConcurrentQueue<string>();
        await using var storage = S3Server.Ceph.Open(bucket, url: proxy.Url, retry: Quick, log: said.Enqueue);
        proxy.Decide = request => request.Number == 1 ? new Fault.Answer(503, "SlowDown", "Retry-After: 1\r\n") : null;
        await storage.WriteAsync("a", ObjectContent.FromBytes(new byte[10]), WriteMode.Replace, Token);
        Assert.Contains(said, line => line.Contains("now 5 requests at a time", StringComparison.Ordinal));
        Assert.Contains(said, line => line.StartsWith("Retry 1 in 1.0 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_success_that_shows_an_error_is_none()
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        await using var storage = S3Server.Ceph.Open(bucket, url: proxy.Url, retry: Quick);
        var lies = 0;
        proxy.Decide = request => request.Method == "POST" && request.Target.Contains("uploadId", StringComparison.Ordinal) && lies++ < 2
            ? new Fault.Answer(200, "InternalError")
            : null;
        var content = new SeededRandom(3).Bytes(Large);
        await storage.WriteAsync("large", ObjectContent.FromStream(new MemoryStream(content)), WriteMode.CreateNew, Token);
        Assert.Equal(3, lies);
        Assert.Equal(content, await S3Server.ReadAsync(storage, "large"));
    }

    [Fact]
    public async Task A_cancelled_upload_leaves_no_parts_I8()
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        await using var storage = S3Server.Ceph.Open(bucket, url: proxy.Url, retry: Quick);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        proxy.Decide = request =>
        {
            if (request.Target.Contains("partNumber=3", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
            return null;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            storage.WriteAsync("large", ObjectContent.FromStream(new MemoryStream(new byte[Large])), WriteMode.CreateNew, stop.Token));
        await AssertNoPartsAsync(bucket);
        Assert.Null(await storage.FindAsync("large", Token));
    }

    [Fact]
    public async Task An_upload_that_is_cancelled_while_the_server_is_gone_ends_at_once_I8()
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        var said = new ConcurrentQueue<string>();
        await using var storage = S3Server.Ceph.Open(bucket, url: proxy.Url, log: said.Enqueue);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        proxy.Decide = request =>
        {
            if (request.Target.Contains("partNumber=3", StringComparison.Ordinal))
            {
                proxy.GoDownAsync().ContinueWith(_ => stop.CancelAsync(), TaskScheduler.Default);
            }
            return null;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            storage.WriteAsync("large", ObjectContent.FromStream(new MemoryStream(new byte[Large])), WriteMode.CreateNew, stop.Token));
        // The one try to tidy up has failed, and was not cut short.
        Assert.Matches($"^The parts of large are still at the store; .*127.0.0.1:{proxy.Port}", said.Last());
    }

    [Fact]
    public async Task An_upload_that_is_cancelled_while_the_server_keeps_silent_ends_soon_I8()
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        var time = new FakeTimeProvider();
        await using var storage = S3Server.Ceph.Open(bucket, url: proxy.Url, time: time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var aborts = 0;
        var isAborting = new TaskCompletionSource();
        proxy.Decide = request =>
        {
            if (request.Target.Contains("partNumber=3", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
            if (request.Method != "DELETE")
            {
                return null;
            }
            aborts++;
            isAborting.TrySetResult();
            return new Fault.Silence();
        };
        var write = storage.WriteAsync("large", ObjectContent.FromStream(new MemoryStream(new byte[Large])), WriteMode.CreateNew, stop.Token);
        await isAborting.Task;
        time.Advance(TimeSpan.FromSeconds(16));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        Assert.Equal(1, aborts);
    }

    [Fact]
    public async Task Objects_that_cannot_be_removed_are_told_each_and_do_not_keep_the_others_from_it()
    {
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        using var bare = S3Server.Ceph.Bare();
        await bare.PutBucketPolicyAsync(bucket, $$"""
            {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::{{bucket}}/t/held*"}]}
            """, Token);
        await using var storage = S3Server.Ceph.Open(bucket, S3Profiles.Find("s3-compatible")! with { KeysPerDelete = 3 });
        await WriteSmallAsync(storage, "t/a", "t/held1", "t/b", "t/c", "t/held2");
        var failures = await storage.RemoveAllAsync(["t/a", "t/held1", "t/b", "t/c", "t/held2", "t/missing"], Token);
        Assert.Equal(["t/held1", "t/held2"], failures.Select(failure => failure.Path).Order(StringComparer.Ordinal));
        Assert.All(failures, failure => Assert.Equal(StorageErrorKind.AccessDenied, failure.Reason.Kind));
        Assert.Equal(["t/held1", "t/held2"], await storage.ListAsync("", recursive: true, Token).Select(item => item.Path).ToListAsync(Token));
    }

    [Fact]
    public async Task An_object_that_fails_inside_the_server_for_good_is_told_and_does_not_keep_the_others_from_being_removed()
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        await using var storage = S3Server.Ceph.Open(bucket, url: proxy.Url, retry: Quick with { GiveUpAfter = TimeSpan.FromSeconds(1) });
        await WriteSmallAsync(storage, "t/a", "t/poisoned", "t/b");
        proxy.Decide = request => request.Method == "POST"
            ? new Fault.Answer(200, "") { Body = Poisoned, ReachesServer = true }
            : null;
        var failure = Assert.Single(await storage.RemoveAllAsync(["t/a", "t/poisoned", "t/b"], Token));
        Assert.Equal(("t/poisoned", StorageErrorKind.Transient, false), (failure.Path, failure.Reason.Kind, failure.Reason.IsOutage));
        Assert.DoesNotContain(
            await storage.ListAsync("", recursive: true, Token).Select(item => item.Path).ToListAsync(Token), path => path is "t/a" or "t/b");
    }

    private static Func<ProxiedRequest, Fault?> Faults(string name) => name switch
    {
        "storm of 503" => request => request.Number % 3 != 0 ? new Fault.Answer(503, "SlowDown") : null,
        "storm of 500" => request => request.Number % 2 == 0 ? new Fault.Answer(500, "InternalError") : null,
        "resets in uploads" => request => request.Length > 0 && request.Number % 2 == 0 ? new Fault.ResetRequest(request.Length / 2) : null,
        "resets in downloads" => request => request.Method == "GET" && request.Number % 2 == 0 ? new Fault.BreakAnswer(100_000, IsReset: true) : null,
        "truncated downloads" => request => request.Method == "GET" && request.Number % 2 == 0 ? new Fault.BreakAnswer(50, IsReset: false) : null,
        "trickle" => request => request.Method == "GET" && request.Target.EndsWith("/copy", StringComparison.Ordinal) && request.Number % 2 == 0 ? new Fault.Trickle() : null,
        _ => request => request.Number % 2 == 0 ? new Fault.LoseAnswer() : null,
    };

    private static async Task WriteSmallAsync(S3Storage storage, params string[] paths)
    {
        foreach (var path in paths)
        {
            await storage.WriteAsync(path, ObjectContent.FromBytes(new byte[10]), WriteMode.CreateNew, Token);
        }
    }

    private static async Task AssertNoPartsAsync(string bucket)
    {
        await using var storage = S3Server.Ceph.Open(bucket);
        Assert.Equal(0, await storage.ListPartialsAsync("", Token).CountAsync(Token));
    }
}
