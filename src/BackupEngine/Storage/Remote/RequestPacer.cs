namespace CloudBackup.Storage.Remote;

/// <summary>Spreads requests so that no more than a number of them start in a second. Without a number it does nothing.</summary>
internal sealed class RequestPacer(double? perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _next;

    /// <summary>Waits for the turn of one request.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (perSecond is not { } rate)
        {
            return;
        }
        TimeSpan wait;
        lock (_lock)
        {
            // A second's worth may be caught up with after a pause, and no more.
            var now = time.GetElapsedTime(_start);
            _next = _next < now - TimeSpan.FromSeconds(1) ? now - TimeSpan.FromSeconds(1) : _next;
            wait = _next - now;
            _next += TimeSpan.FromSeconds(1 / rate);
        }
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
