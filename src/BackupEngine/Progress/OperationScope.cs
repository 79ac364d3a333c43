namespace CloudBackup.Progress;

/// <summary>
/// One long operation, from its begin to its end: it listens to the operation, passes everything on to the caller's observer, and can cancel it.
/// </summary>
internal sealed class OperationScope : IBackupOperation, IOperationObserver, IDisposable
{
    private readonly OperationList _list;
    private readonly IOperationObserver _inner;
    private readonly CancellationTokenSource _cancellation;
    private volatile string? _step;
    private volatile OperationProgress? _progress;

    internal OperationScope(OperationList list, OperationRequest request, Guid id, DateTimeOffset started)
    {
        _list = list;
        _inner = request.Observer;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(request.CancellationToken);
        (Id, Kind, Subject, Started) = (id, request.Kind, request.Subject, started);
    }

    /// <inheritdoc/>
    public Guid Id { get; }

    /// <inheritdoc/>
    public OperationKind Kind { get; }

    /// <inheritdoc/>
    public string Subject { get; }

    /// <inheritdoc/>
    public DateTimeOffset Started { get; }

    /// <inheritdoc/>
    public string? Step => _step;

    /// <inheritdoc/>
    public OperationProgress? Progress => _progress;

    /// <summary>Is cancelled when the caller, or <see cref="Cancel"/>, stops the operation.</summary>
    public CancellationToken Token => _cancellation.Token;

    /// <inheritdoc/>
    public void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    /// <inheritdoc/>
    public void OnStep(string message)
    {
        _step = message;
        _inner.OnStep(message);
    }

    /// <inheritdoc/>
    public void OnWarning(string message) => _inner.OnWarning(message);

    /// <inheritdoc/>
    public void OnDetail(string message) => _inner.OnDetail(message);

    /// <inheritdoc/>
    public void OnProgress(OperationProgress progress)
    {
        _progress = progress;
        _inner.OnProgress(progress);
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _list.Remove(this);
        _cancellation.Dispose();
    }
}

/// <summary>What an operation is begun with.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Subject">What it works on.</param>
/// <param name="Observer">The caller's observer.</param>
/// <param name="CancellationToken">The caller's way to stop it.</param>
internal sealed record OperationRequest(OperationKind Kind, string Subject, IOperationObserver Observer, CancellationToken CancellationToken);
