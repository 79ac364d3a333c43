namespace CloudBackup.Storage.Remote;

/// <summary>
/// Ends a transfer that does not get on: too few bytes in a stretch of time, or no answer for long. A total time limit would not do, since a
/// slow line may take hours for what is all right.
/// </summary>
internal sealed class IdleWatch : IDisposable
{
    /// <summary>Fewer bytes in one stretch than this count as none: a trickle is a broken connection too.</summary>
    private const long LeastProgress = 16 * 1024;

    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenRegistration _link;
    private readonly TimeSpan _stretch;
    private readonly SilenceClock? _clock;
    private long _progress;

    /// <summary>Starts watching.</summary>
    /// <param name="stretch">How long may pass without progress.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops for other reasons.</param>
    /// <param name="clock">Is told of progress.</param>
    public IdleWatch(TimeSpan stretch, TimeProvider time, CancellationToken cancellationToken, SilenceClock? clock = null)
    {
        (_stretch, _clock) = (stretch, clock);
        _stop = new CancellationTokenSource(stretch, time);
        _link = cancellationToken.Register(_stop.Cancel);
    }

    /// <summary>Cancelled when the transfer stands still, or the caller's token is.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Says that so many bytes went over the line.</summary>
    public void Advance(int count)
    {
        _progress += count;
        if (_progress >= LeastProgress)
        {
            _progress = 0;
            _stop.CancelAfter(_stretch);
            _clock?.Advance();
        }
    }

    /// <summary>Says that all bytes are sent, and the answer is waited for, which may take the store a while.</summary>
    public void WaitForAnswer(TimeSpan atMost) => _stop.CancelAfter(atMost);

    /// <inheritdoc/>
    public void Dispose()
    {
        _link.Dispose();
        _stop.Dispose();
    }
}
