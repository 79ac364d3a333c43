namespace CloudBackup.Formats.Tgz;

/// <summary>
/// Threads that do one piece of work together: the first failure of any of them ends the others, and is what whoever waits for the work gets.
/// </summary>
/// <param name="onFailure">Called with the first failure, before the others are stopped.</param>
/// <param name="cancellationToken">Stops the work.</param>
internal sealed class WorkerCrew(Action<Exception>? onFailure, CancellationToken cancellationToken) : IDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _threads = [];

    /// <summary>Cancelled when the work is to end: by the caller, or by a failure.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Fails with the first failure; never completes else.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Starts a thread of its own: the work blocks, and the pool would be slow to replace what it takes.</summary>
    public void Start(Action<CancellationToken> work) => _threads.Add(Task.Factory.StartNew(
        () =>
        {
            try
            {
                work(_stop.Token);
            }
            catch (Exception failure)
            {
                if (_failed.TrySetException(failure))
                {
                    onFailure?.Invoke(failure);
                    _stop.Cancel();
                }
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default));

    /// <summary>Waits until all threads have ended, and throws the first failure.</summary>
    public async Task WaitAsync()
    {
        await Task.WhenAll(_threads).ConfigureAwait(false);
        if (_failed.Task.IsFaulted)
        {
            await _failed.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Stops the threads and waits for them.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAll(_threads);
        _ = _failed.Task.Exception; // observed: whoever waited may have stopped before it asked
        _stop.Dispose();
    }
}
