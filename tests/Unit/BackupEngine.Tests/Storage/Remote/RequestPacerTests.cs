using CloudBackup.Storage.Remote;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Storage.Remote;

public sealed class RequestPacerTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_are_spread_over_the_time()
    {
        var pacer = new RequestPacer(2, _time);
        var waits = Enumerable.Range(0, 4).Select(_ => pacer.WaitAsync(Token).AsTask()).ToList();
        for (var begun = 1; begun <= 4; begun++)
        {
            await waits[begun - 1].WaitAsync(Token);
            Assert.Equal(begun, waits.Count(wait => wait.IsCompleted));
            _time.Advance(TimeSpan.FromSeconds(0.5));
        }
    }

    [Fact]
    public async Task After_a_pause_a_second_is_caught_up_with_and_no_more()
    {
        var pacer = new RequestPacer(2, _time);
        _time.Advance(TimeSpan.FromMinutes(1));
        var waits = Enumerable.Range(0, 10).Select(_ => pacer.WaitAsync(Token).AsTask()).ToList();
        Assert.Equal(3, waits.Count(wait => wait.IsCompleted)); // two that are late, and the one whose turn it is
        _time.Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(waits);
    }

    [Fact]
    public void Where_a_store_has_no_rate_nothing_waits()
    {
        var pacer = new RequestPacer(null, _time);
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(pacer.WaitAsync(Token).AsTask().IsCompletedSuccessfully));
    }
}
