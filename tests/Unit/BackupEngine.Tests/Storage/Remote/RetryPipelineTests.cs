using CloudBackup.Storage;
using CloudBackup.Storage.Remote;
using CloudBackup.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Storage.Remote;

public sealed class RetryPipelineTests
{
    private readonly FakeTimeProvider _time = new();
    private int _tries;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Time_in_which_bytes_move_leaves_as_much_time_for_trying_again()
    {
        Assert.Equal(20, await RunAsync(clock =>
        {
            for (var i = 0; i < 10; i++)
            {
                _time.Advance(TimeSpan.FromMinutes(1));
                clock.Advance();
            }
            return _tries == 20;
        }));
    }

    [Fact]
    public async Task Time_in_a_queue_leaves_as_much_time_for_trying_again()
    {
        Assert.Equal(20, await RunAsync(clock =>
        {
            _time.Advance(TimeSpan.FromMinutes(10));
            clock.Advance();
            return _tries == 20;
        }));
    }

    [Fact]
    public async Task A_storage_that_is_silent_for_so_long_is_given_up()
    {
        // Half a minute each, and five minutes from the first failure on.
        await Assert.ThrowsAsync<StorageException>(() => RunAsync(_ =>
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            return false;
        }));
        Assert.Equal(11, _tries);
    }

    [Fact]
    public async Task A_storage_that_takes_long_to_answer_is_asked_more_than_twice()
    {
        await Assert.ThrowsAsync<StorageException>(() => RunAsync(_ =>
        {
            _time.Advance(TimeSpan.FromMinutes(10));
            return false;
        }));
        Assert.Equal(6, _tries);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(6000, 1)]
    public async Task A_storage_that_asks_for_more_time_than_there_is_is_not_waited_for(int milliseconds, int tries)
    {
        var pipeline = new RetryPipeline(RetryOptions.Probe, TimeProvider.System, _ => { });
        await Assert.ThrowsAsync<StorageException>(() => pipeline.RunAsync<int>(
            _ => throw (++_tries < 3
                ? new StorageException(StorageErrorKind.Throttled, "", "Later.") { RetryAfter = TimeSpan.FromMilliseconds(milliseconds) }
                : FaultyStorage.Error(StorageErrorKind.AccessDenied)),
            Token));
        Assert.Equal(tries, _tries);
    }

    private async Task<int> RunAsync(Func<SilenceClock, bool> attempt)
    {
        var options = new RetryOptions { BaseDelay = TimeSpan.Zero, LongestDelay = TimeSpan.Zero };
        var pipeline = new RetryPipeline(options, _time, _ => { });
        return await pipeline.RunAsync(
            (clock, _) =>
            {
                _tries++;
                return attempt(clock) ? Task.FromResult(_tries) : throw FaultyStorage.Error(StorageErrorKind.Transient);
            },
            Token);
    }
}
