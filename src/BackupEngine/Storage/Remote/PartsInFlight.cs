using Amazon.S3.Model;

namespace CloudBackup.Storage.Remote;

/// <summary>Parts that are being sent or copied. The first failure stops all.</summary>
/// <param name="stop">Is cancelled by the first failure.</param>
/// <param name="limit">The most at a time.</param>
internal sealed class PartsInFlight(CancellationTokenSource stop, int limit) : IDisposable
{
    private readonly List<PartETag> _tags = [];
    private readonly List<Task> _tasks = [];
    private readonly SemaphoreSlim _room = new(limit);
    private readonly Lock _lock = new();
    private Exception? _failure;

    /// <summary>Starts a part when there is room. Once one has failed, it fails too.</summary>
    public async Task AddAsync(Func<CancellationToken, Task<PartETag>> send)
    {
        await _room.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        lock (_lock)
        {
            _tasks.RemoveAll(task => task.IsCompleted);
            // Started even when all is to stop, since it owns its buffer; it then ends at once.
            _tasks.Add(Task.Run(() => RunAsync(send)));
        }
        stop.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for all parts and returns their tags in order.</summary>
    public async Task<List<PartETag>> FinishAsync()
    {
        await Task.WhenAll(_tasks).ConfigureAwait(false);
        stop.Token.ThrowIfCancellationRequested();
        return [.. _tags.OrderBy(tag => tag.PartNumber)];
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

    private async Task RunAsync(Func<CancellationToken, Task<PartETag>> send)
    {
        try
        {
            var tag = await send(stop.Token).ConfigureAwait(false);
            lock (_lock)
            {
                _tags.Add(tag);
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
