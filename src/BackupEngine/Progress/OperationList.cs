using CloudBackup.Infrastructure;

namespace CloudBackup.Progress;

/// <summary>The long operations that are under way in an engine, in the order in which they began. Thread-safe.</summary>
/// <param name="time">The clock.</param>
/// <param name="random">Makes their ids.</param>
internal sealed class OperationList(TimeProvider time, IRandomSource random)
{
    private readonly Lock _lock = new();
    private readonly List<OperationScope> _underWay = [];

    /// <summary>Those that are under way now.</summary>
    public IReadOnlyList<IBackupOperation> UnderWay
    {
        get
        {
            lock (_lock)
            {
                return [.. _underWay];
            }
        }
    }

    /// <summary>Runs an operation in a scope of its own.</summary>
    /// <param name="kind">What it does.</param>
    /// <param name="subject">What it works on.</param>
    /// <param name="observer">The caller's observer.</param>
    /// <param name="operation">The operation; is given what to report to, and what stops it.</param>
    /// <param name="cancellationToken">The caller's way to stop it.</param>
    public async Task<T> RunAsync<T>(
        OperationKind kind,
        string subject,
        IOperationObserver observer,
        Func<IOperationObserver, CancellationToken, Task<T>> operation,
        CancellationToken cancellationToken)
    {
        using var scope = new OperationScope(observer, cancellationToken) { Id = random.NextGuid(), Kind = kind, Subject = subject, Started = time.GetUtcNow() };
        lock (_lock)
        {
            _underWay.Add(scope);
        }
        try
        {
            return await operation(scope, scope.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _underWay.Remove(scope);
            }
        }
    }

    /// <summary>The same of an operation without a result.</summary>
    public Task RunAsync(
        OperationKind kind,
        string subject,
        IOperationObserver observer,
        Func<IOperationObserver, CancellationToken, Task> operation,
        CancellationToken cancellationToken) => RunAsync(
        kind,
        subject,
        observer,
        async (scope, token) =>
        {
            await operation(scope, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);
}
