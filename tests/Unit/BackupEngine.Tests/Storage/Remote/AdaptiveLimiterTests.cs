using CloudBackup.Storage;
using CloudBackup.Storage.Remote;
using CloudBackup.Tests.Fakes;

namespace CloudBackup.Tests.Storage.Remote;

public sealed class AdaptiveLimiterTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_limiter_bounds_halves_when_throttled_and_grows_again()
    {
        var said = new List<string>();
        var limiter = new AdaptiveLimiter(8, said.Add);
        var (running, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => limiter.RunAsync(
            async () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                await Task.Yield();
                return Interlocked.Decrement(ref running);
            },
            Token)));
        Assert.InRange(most, 1, 8);
        for (var expected = 4; expected >= 1; expected /= 2)
        {
            await Assert.ThrowsAsync<StorageException>(() => limiter.RunAsync<int>(() => throw FaultyStorage.Error(StorageErrorKind.Throttled), Token));
            Assert.Equal(expected, limiter.Current);
        }
        await Assert.ThrowsAsync<StorageException>(() => limiter.RunAsync<int>(() => throw FaultyStorage.Error(StorageErrorKind.Throttled), Token));
        Assert.Equal((1, 3), (limiter.Current, said.Count));
        for (var i = 0; i < 400; i++)
        {
            await limiter.RunAsync(() => Task.FromResult(1), Token);
        }
        Assert.Equal(8, limiter.Current);
        Assert.Equal(("now 8 requests", 10), (said[^1].Split(": ")[1][..14], said.Count));
    }

    [Fact]
    public async Task A_cancelled_wait_gives_its_place_to_the_next()
    {
        var limiter = new AdaptiveLimiter(1, _ => { });
        var gate = new TaskCompletionSource<int>();
        var first = limiter.RunAsync(() => gate.Task, Token);
        using var stop = new CancellationTokenSource();
        var second = limiter.RunAsync(() => Task.FromResult(2), stop.Token);
        var third = limiter.RunAsync(() => Task.FromResult(3), Token);
        await stop.CancelAsync();
        gate.SetResult(1);
        Assert.Equal(1, await first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(3, await third);
    }
}
