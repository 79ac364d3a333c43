using System.Collections.Concurrent;

namespace CloudBackup.Tests.Support;

/// <summary>Remembers what it is told.</summary>
internal sealed class TestObserver : IOperationObserver
{
    public ConcurrentQueue<string> Steps { get; } = new();

    public ConcurrentQueue<string> Warnings { get; } = new();

    public ConcurrentQueue<string> Details { get; } = new();

    public ConcurrentQueue<OperationProgress> Progress { get; } = new();

    public void OnStep(string message) => Steps.Enqueue(message);

    public void OnWarning(string message) => Warnings.Enqueue(message);

    public void OnDetail(string message) => Details.Enqueue(message);

    public void OnProgress(OperationProgress progress) => Progress.Enqueue(progress);
}
