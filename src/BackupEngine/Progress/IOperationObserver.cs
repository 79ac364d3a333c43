namespace CloudBackup;

/// <summary>
/// Is told what an operation does while it runs. Called from any thread, and must return at once: a slow observer must queue.
/// </summary>
public interface IOperationObserver
{
    /// <summary>A step begins or ends.</summary>
    void OnStep(string message);

    /// <summary>Something is not as it should be, and the operation goes on.</summary>
    void OnWarning(string message);

    /// <summary>A detail for finding the cause of a problem.</summary>
    void OnDetail(string message);

    /// <summary>How far the operation is; a few times a second.</summary>
    void OnProgress(OperationProgress progress);
}

/// <summary>How far an operation is.</summary>
public sealed record OperationProgress
{
    /// <summary>What the operation is, such as <c>Backing up wiki.example.com</c>.</summary>
    public required string Activity { get; init; }

    /// <summary>Entries done.</summary>
    public long Entries { get; init; }

    /// <summary>Bytes of content done.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes of content in all, as far as known; 0 when unknown.</summary>
    public long ExpectedBytes { get; init; }

    /// <summary>Bytes of content per second, lately.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>Since the start.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The time that is probably left; null when unknown.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>From 0 to 100; null when unknown.</summary>
    public int? Percent => ExpectedBytes > 0 ? (int)Math.Clamp(Bytes * 100 / ExpectedBytes, 0, 100) : null;

    /// <summary>True for the last report.</summary>
    public bool IsCompleted { get; init; }
}

/// <summary>Hears everything and does nothing.</summary>
public sealed class NullObserver : IOperationObserver
{
    /// <summary>The only one needed.</summary>
    public static NullObserver Instance { get; } = new();

    /// <inheritdoc/>
    public void OnStep(string message)
    {
    }

    /// <inheritdoc/>
    public void OnWarning(string message)
    {
    }

    /// <inheritdoc/>
    public void OnDetail(string message)
    {
    }

    /// <inheritdoc/>
    public void OnProgress(OperationProgress progress)
    {
    }
}
