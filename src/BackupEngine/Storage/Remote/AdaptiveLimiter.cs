namespace CloudBackup.Storage.Remote;

/// <summary>
/// Lets a number of operations run at a time. When the storage says it is too much, the number is halved; a long row of successes brings
/// it back one by one (additive increase, multiplicative decrease, as in TCP). Operations that were under way together and are all refused
/// are one sign, not many: the number is halved once.
/// </summary>
internal sealed class AdaptiveLimiter
{
    private const int SuccessesToGrow = 50;

    private readonly int _limit;
    private readonly Action<string> _log;

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _running;
    private int _successes;
    private volatile int _round;

    /// <summary>Creates the limiter.</summary>
    /// <param name="limit">The most operations at a time.</param>
    /// <param name="log">Told when the number changes.</param>
    public AdaptiveLimiter(int limit, Action<string> log)
    {
        _limit = limit;
        _log = log;
        Current = limit;
    }

    /// <summary>The most that may ever run.</summary>
    public int Limit => _limit;

    /// <summary>How many may run now.</summary>
    public int Current { get; private set; }

    /// <summary>Runs one operation when its turn comes.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> operation, CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken).ConfigureAwait(false);
        var round = _round;
        try
        {
            var result = await operation().ConfigureAwait(false);
            Grow();
            return result;
        }
        catch (StorageException failure) when (failure.Kind == StorageErrorKind.Throttled)
        {
            Shrink(round);
            throw;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Runs one operation without a result when its turn comes.</summary>
    public Task RunAsync(Func<Task> operation, CancellationToken cancellationToken) => RunAsync(
        async () =>
        {
            await operation().ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private async Task EnterAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (_running < Current)
            {
                _running++;
                return;
            }
            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
        }
        var registration = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        await using var _ = registration.ConfigureAwait(false);
        await turn.Task.ConfigureAwait(false);
    }

    private void Leave()
    {
        lock (_lock)
        {
            _running--;
            while (_running < Current && _waiting.TryDequeue(out var next))
            {
                if (next.TrySetResult())
                {
                    _running++;
                }
            }
        }
    }

    private void Grow()
    {
        lock (_lock)
        {
            if (Current < _limit && ++_successes >= SuccessesToGrow)
            {
                _successes = 0;
                Current++;
                _log($"The storage keeps up: now {Current} requests at a time again.");
            }
        }
    }

    private void Shrink(int round)
    {
        lock (_lock)
        {
            _successes = 0;
            if (round == _round && Current > 1)
            {
                _round++;
                Current /= 2;
                _log($"The storage asks for less: now {Current} requests at a time.");
            }
        }
    }
}
