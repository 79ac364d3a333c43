using System.Collections.Concurrent;
using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>
/// Runs an operation on the thread pool and, on the pipeline thread, writes what it tells: PowerShell lets no other thread write. Steps,
/// warnings and details wait in a bounded queue; of progress only the newest report is kept, so a slow console slows nothing down.
/// </summary>
/// <param name="cmdlet">The cmdlet that writes.</param>
/// <param name="written">A warning that it has written already; null for none.</param>
internal sealed class PipelinePump(Cmdlet cmdlet, string? written) : IOperationObserver, IDisposable
{
    private const int QueueLength = 1000;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    private static int _lastActivity;

    private readonly BlockingCollection<Action> _queue = new(QueueLength);
    private readonly int _activity = Interlocked.Increment(ref _lastActivity);
    private OperationProgress? _progress;
    private bool _isShown;

    /// <summary>
    /// Runs the operation. When the pipeline is stopped, or writing fails, the operation is cancelled and waited for: when this returns or
    /// throws, nothing of it is under way.
    /// </summary>
    public T Run<T>(Func<IOperationObserver, CancellationToken, Task<T>> operation, CancellationTokenSource stop)
    {
        var work = Task.Run(async () =>
        {
            try
            {
                return await operation(this, stop.Token).ConfigureAwait(false);
            }
            finally
            {
                _queue.CompleteAdding();
            }
        });
        try
        {
            Pump();
        }
        catch
        {
            stop.Cancel();
            DrainUntil(work);
            throw;
        }
        try
        {
            return work.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <inheritdoc/>
    public void OnStep(string message) => Enqueue(() => cmdlet.WriteVerbose(message));

    /// <inheritdoc/>
    public void OnWarning(string message)
    {
        if (message != written)
        {
            Enqueue(() => cmdlet.WriteWarning(message));
        }
    }

    /// <inheritdoc/>
    public void OnDetail(string message) => Enqueue(() => cmdlet.WriteDebug(message));

    /// <inheritdoc/>
    public void OnProgress(OperationProgress progress) => Interlocked.Exchange(ref _progress, progress);

    /// <inheritdoc/>
    public void Dispose() => _queue.Dispose();

    private void Pump()
    {
        while (!_queue.IsCompleted)
        {
            if (_queue.TryTake(out var write, ProgressInterval))
            {
                write();
            }
            ShowProgress();
        }
        ShowProgress();
    }

    private void DrainUntil(Task work)
    {
        // Keeps the queue from filling up, which would hold the operation back from ending.
        while (!_queue.IsCompleted)
        {
            _queue.TryTake(out _, ProgressInterval);
        }
        _ = Task.WaitAny(work);
        _ = work.Exception;
    }

    /// <summary>Has something done on the pipeline thread, after all that was enqueued before.</summary>
    public void Enqueue(Action write)
    {
        try
        {
            _queue.Add(write);
        }
        catch (InvalidOperationException)
        {
            // A late word of an operation that has ended.
        }
    }

    private void ShowProgress()
    {
        if (Interlocked.Exchange(ref _progress, null) is not { } progress || (progress.IsCompleted && !_isShown))
        {
            return;
        }
        cmdlet.WriteProgress(ProgressText.RecordOf(progress, _activity));
        _isShown = !progress.IsCompleted;
    }
}
