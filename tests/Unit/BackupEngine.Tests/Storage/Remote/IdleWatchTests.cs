using CloudBackup.Storage;
using CloudBackup.Storage.Remote;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Storage.Remote;

public sealed class IdleWatchTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(200, true)]
    [InlineData(1024, false)]
    public void A_trickle_of_bytes_is_silence(int bytesPerSecond, bool isSilence)
    {
        var time = new FakeTimeProvider();
        using var watch = new IdleWatch(new RetryOptions().StallAfter, time, CancellationToken.None);
        for (var second = 0; second < 300; second++)
        {
            watch.Advance(bytesPerSecond);
            time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(isSilence, watch.Token.IsCancellationRequested);
    }
}
