using CloudBackup.Storage;
using CloudBackup.Storage.S3;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Storage.Remote;

public sealed class RequestGateTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RequestGate _gate;

    public RequestGateTests()
    {
        var profile = S3Profiles.Find("s3-compatible")!;
        var place = BucketAddress.Of(profile, new S3Settings { Bucket = "example-backups", Endpoint = "https://store.lan" });
        _gate = new RequestGate(new S3Errors(place), profile, new StorageContext(_time, new SeededRandom(1), _ => { }, storage => storage)
        {
            Retry = new RetryOptions { BaseDelay = TimeSpan.Zero, LongestDelay = TimeSpan.Zero },
        });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Once_the_store_was_given_up_requests_are_tried_once_until_one_succeeds()
    {
        Assert.Equal(6, await FailAsync(() => Task.CompletedTask));
        Assert.Equal(1, await FailAsync(() => Task.CompletedTask));
        await SucceedAsync();
        Assert.Equal(6, await FailAsync(() => Task.CompletedTask));
    }

    [Fact]
    public async Task A_request_that_fails_while_others_succeed_does_not_spoil_the_next_ones()
    {
        Assert.Equal(6, await FailAsync(SucceedAsync));
        Assert.Equal(6, await FailAsync(() => Task.CompletedTask));
    }

    [Fact]
    public async Task A_request_of_somebody_who_waits_for_the_end_is_tried_once_and_so_are_those_after_it()
    {
        Assert.Equal(1, await FailAsync(SucceedAsync, Tries.One));
        Assert.Equal(1, await FailAsync(() => Task.CompletedTask));
    }

    /// <summary>Sends a request that fails a minute after it was sent, each time, and returns how often it was sent.</summary>
    private async Task<int> FailAsync(Func<Task> meanwhile, Tries sends = Tries.Many)
    {
        var tries = 0;
        var failure = await Assert.ThrowsAsync<StorageException>(() => _gate.RunAsync<int>(
            _gate.Uploads,
            "key",
            async _ =>
            {
                tries++;
                _time.Advance(TimeSpan.FromMinutes(1));
                await meanwhile();
                throw FaultyStorage.Error(StorageErrorKind.Transient);
            },
            Token,
            sends));
        Assert.False(failure.IsOutage);
        return tries;
    }

    private Task SucceedAsync() => _gate.RunAsync(_gate.Downloads, "", _ => Task.FromResult(1), Token);
}
