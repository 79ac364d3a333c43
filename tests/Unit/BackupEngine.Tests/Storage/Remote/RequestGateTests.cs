using CloudBackup.Storage;
using CloudBackup.Storage.Remote;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Storage.Remote;

public sealed class RequestGateTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RequestGate _gate;

    public RequestGateTests() => _gate = new RequestGate(
        new StorageCapabilities(),
        requestsPerSecond: null,
        (failure, path) => new StorageException(StorageErrorKind.Transient, path, failure.Message, failure),
        new StorageContext(_time, new SeededRandom(1), _ => { }, storage => storage)
        {
            Retry = new RetryOptions { BaseDelay = TimeSpan.Zero, LongestDelay = TimeSpan.Zero },
        });

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

    [Fact]
    public async Task A_request_that_must_not_be_repeated_ends_with_any_answer_but_not_with_a_lost_one()
    {
        Assert.Equal(1, await FailAsync(SucceedAsync, Tries.UntilAnswered, StorageErrorKind.Unreadable));
        Assert.Equal(6, await FailAsync(SucceedAsync, Tries.UntilAnswered));
    }

    [Fact]
    public async Task What_a_request_fails_with_gets_its_meaning_in_one_place()
    {
        var failure = await Assert.ThrowsAsync<StorageException>(() =>
            _gate.RunAsync<int>(_gate.Copies, "key", _ => throw new InvalidOperationException("torn"), Token, Tries.One));
        Assert.Equal(("key", "torn", false), (failure.Path, failure.Message, failure.IsOutage));
    }

    /// <summary>Sends a request that fails a minute after it was sent, each time, and returns how often it was sent.</summary>
    private async Task<int> FailAsync(Func<Task> meanwhile, Tries sends = Tries.Many, StorageErrorKind kind = StorageErrorKind.Transient)
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
                throw FaultyStorage.Error(kind);
            },
            Token,
            sends));
        Assert.False(failure.IsOutage);
        return tries;
    }

    private Task SucceedAsync() => _gate.RunAsync(_gate.Downloads, "", _ => Task.FromResult(1), Token);
}
