using System.Collections.Concurrent;

namespace CloudBackup.Tests.Support;

/// <summary>Remembers what it is told.</summary>
internal sealed class TestObserver : IOperationObserver
{
    public ConcurrentQueue<string> Steps { get; } = new();

    public ConcurrentQueue<string> Warnings { get; } = new();

    public ConcurrentQueue<string> Details { get; } = new();

    public ConcurrentQueue<OperationProgress> Progress { get; } = new();

    /// <summary>All texts, of every kind.</summary>
    public IEnumerable<string> Everything => [.. Steps, .. Warnings, .. Details, .. Progress.Select(progress => progress.ToString())];

    public void OnStep(string message) => Steps.Enqueue(message);

    public void OnWarning(string message) => Warnings.Enqueue(message);

    public void OnDetail(string message) => Details.Enqueue(message);

    public void OnProgress(OperationProgress progress) => Progress.Enqueue(progress);
}
