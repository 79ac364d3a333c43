namespace CloudBackup.Infrastructure;

/// <summary>How long what was begun may be tidied up: as long as it takes, but only so long once you stop the work.</summary>
internal sealed class StopGrace : IDisposable
{
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenRegistration _link;

    /// <summary>Begins.</summary>
    /// <param name="atMost">The time after the stop.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">The stop.</param>
    public StopGrace(TimeSpan atMost, TimeProvider time, CancellationToken stop)
    {
        _limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _link = stop.Register(() => _limit.CancelAfter(atMost));
    }

    /// <summary>Cancelled when the time is over.</summary>
    public CancellationToken Token => _limit.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _link.Dispose();
        _limit.Dispose();
    }
}
