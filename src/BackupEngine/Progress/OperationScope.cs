namespace CloudBackup.Progress;

/// <summary>
/// One long operation, from its begin to its end: it listens to the operation, passes everything on to the caller's observer, and can cancel it.
/// </summary>
/// <param name="inner">The caller's observer.</param>
/// <param name="cancellationToken">The caller's way to stop it.</param>
internal sealed class OperationScope(IOperationObserver inner, CancellationToken cancellationToken) : IBackupOperation, IOperationObserver, IDisposable
{
    private readonly CancellationTokenSource _cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private volatile string? _step;
    private volatile OperationProgress? _progress;

    /// <inheritdoc/>
    public required Guid Id { get; init; }

    /// <inheritdoc/>
    public required OperationKind Kind { get; init; }

    /// <inheritdoc/>
    public required string Subject { get; init; }

    /// <inheritdoc/>
    public required DateTimeOffset Started { get; init; }

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
        inner.OnStep(message);
    }

    /// <inheritdoc/>
    public void OnWarning(string message) => inner.OnWarning(message);

    /// <inheritdoc/>
    public void OnDetail(string message) => inner.OnDetail(message);

    /// <inheritdoc/>
    public void OnProgress(OperationProgress progress)
    {
        _progress = progress;
        inner.OnProgress(progress);
    }

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();
}
