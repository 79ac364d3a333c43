namespace CloudBackup.Storage.Remote;

/// <summary>Parts that are being sent or copied. The first failure stops all.</summary>
/// <typeparam name="T">What is known of a part afterwards.</typeparam>
/// <param name="stop">Is cancelled by the first failure.</param>
/// <param name="limit">The most at a time.</param>
internal sealed class PartsInFlight<T>(CancellationTokenSource stop, int limit) : IDisposable
{
    private readonly List<(int Number, T Result)> _results = [];
    private readonly List<Task> _tasks = [];
    private readonly SemaphoreSlim _room = new(limit);
    private readonly Lock _lock = new();
    private Exception? _failure;
    private int _added;

    /// <summary>Starts a part when there is room. Once one has failed, it fails too.</summary>
    public async Task AddAsync(Func<CancellationToken, Task<T>> send)
    {
        await _room.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        lock (_lock)
        {
            _tasks.RemoveAll(task => task.IsCompleted);
            var number = _added++;
            // Started even when all is to stop, since it owns its buffer; it then ends at once.
            _tasks.Add(Task.Run(() => RunAsync(number, send)));
        }
        stop.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for all parts and returns what is known of them, in the order they were added.</summary>
    public async Task<List<T>> FinishAsync()
    {
        await Task.WhenAll(_tasks).ConfigureAwait(false);
        stop.Token.ThrowIfCancellationRequested();
        return [.. _results.OrderBy(part => part.Number).Select(part => part.Result)];
    }

    /// <summary>Stops all parts, waits until they have ended, and tells why the first one failed; null when none did.</summary>
    public async Task<Exception?> StopAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_tasks).ConfigureAwait(false);
        return _failure;
    }

    /// <inheritdoc/>
    public void Dispose() => _room.Dispose();

    private async Task RunAsync(int number, Func<CancellationToken, Task<T>> send)
    {
        try
        {
            var result = await send(stop.Token).ConfigureAwait(false);
            lock (_lock)
            {
                _results.Add((number, result));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The caller that stopped it knows why.
        }
        catch (Exception failure)
        {
            lock (_lock)
            {
                _failure ??= failure;
            }
            await stop.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            _room.Release();
        }
    }
}
