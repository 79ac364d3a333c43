namespace CloudBackup.Progress;

/// <summary>
/// Passes on what several operations tell that run at a time, and makes one report of their progress: bytes and entries added up, and how
/// many of them are done.
/// </summary>
internal sealed class CombinedProgress : IOperationObserver, IDisposable
{
    private readonly string _activity;
    private readonly int _count;
    private readonly IOperationObserver _inner;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, OperationProgress> _latest = new(StringComparer.Ordinal);
    private int _done;

    private CombinedProgress(string activity, int count, IOperationObserver inner)
    {
        _activity = activity;
        _count = count;
        _inner = inner;
    }

    /// <summary>Starts to combine.</summary>
    /// <param name="activity">What the operations are together.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="inner">Is told.</param>
    public static CombinedProgress Start(string activity, int count, IOperationObserver inner) => new(activity, count, inner);

    /// <summary>One of the operations has ended.</summary>
    public void CountDone() => Interlocked.Increment(ref _done);

    /// <inheritdoc/>
    public void OnStep(string message) => _inner.OnStep(message);

    /// <inheritdoc/>
    public void OnWarning(string message) => _inner.OnWarning(message);

    /// <inheritdoc/>
    public void OnDetail(string message) => _inner.OnDetail(message);

    /// <inheritdoc/>
    public void OnProgress(OperationProgress progress)
    {
        lock (_lock)
        {
            _latest[progress.Activity] = progress;
            _inner.OnProgress(Sum(isCompleted: false));
        }
    }

    /// <summary>Makes the last report.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_latest.Count > 0)
            {
                _inner.OnProgress(Sum(isCompleted: true));
            }
        }
    }

    private OperationProgress Sum(bool isCompleted)
    {
        var all = _latest.Values;
        // Only when all have begun, and foretell their size, is the total known.
        var isForetold = all.Count == _count && all.All(progress => progress.ExpectedBytes > 0);
        var (bytes, expected) = (all.Sum(progress => progress.Bytes), isForetold ? all.Sum(progress => progress.ExpectedBytes) : 0);
        var rate = all.Where(progress => !progress.IsCompleted).Sum(progress => progress.BytesPerSecond);
        return new OperationProgress
        {
            Activity = $"{_activity}, {Volatile.Read(ref _done)} done",
            Entries = all.Sum(progress => progress.Entries),
            Bytes = bytes,
            ExpectedBytes = expected,
            BytesPerSecond = rate,
            Elapsed = all.Max(progress => progress.Elapsed),
            Remaining = expected > bytes && rate > 0 ? TimeSpan.FromSeconds(Math.Min((expected - bytes) / rate, TimeSpan.FromDays(99).TotalSeconds)) : null,
            IsCompleted = isCompleted,
        };
    }
}
