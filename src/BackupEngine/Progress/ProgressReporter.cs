namespace CloudBackup.Progress;

/// <summary>Samples a run's counters five times a second and reports them; the last report follows when it is disposed.</summary>
internal sealed class ProgressReporter : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>How much a new sample counts for the rate: old speed fades out over some seconds.</summary>
    private const double Smoothing = 0.1;

    private readonly string _activity;
    private readonly RunCounters _counters;
    private readonly IOperationObserver _observer;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private long _lastTimestamp;
    private long _lastBytes;
    private double _rate;

    /// <summary>Starts reporting.</summary>
    public ProgressReporter(string activity, RunCounters counters, IOperationObserver observer, TimeProvider time)
    {
        _activity = activity;
        _counters = counters;
        _observer = observer;
        _time = time;
        _started = _lastTimestamp = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Report(isCompleted: false), null, Interval, Interval);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        Report(isCompleted: true);
    }

    private void Report(bool isCompleted)
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            var bytes = _counters.SourceBytes;
            var seconds = _time.GetElapsedTime(_lastTimestamp, now).TotalSeconds;
            if (seconds > 0)
            {
                var current = (bytes - _lastBytes) / seconds;
                _rate = _rate == 0 ? current : (_rate * (1 - Smoothing)) + (current * Smoothing);
                (_lastTimestamp, _lastBytes) = (now, bytes);
            }
            var left = _counters.ExpectedBytes - bytes;
            _observer.OnProgress(new OperationProgress
            {
                Activity = _activity,
                Entries = _counters.Entries,
                Bytes = bytes,
                ExpectedBytes = _counters.ExpectedBytes,
                BytesPerSecond = _rate,
                Elapsed = _time.GetElapsedTime(_started, now),
                Remaining = left > 0 && _rate > 0 ? TimeSpan.FromSeconds(Math.Min(left / _rate, TimeSpan.FromDays(99).TotalSeconds)) : null,
                IsCompleted = isCompleted,
            });
        }
    }
}
