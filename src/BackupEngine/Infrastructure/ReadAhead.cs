using System.Collections.Concurrent;

namespace CloudBackup.Infrastructure;

/// <summary>
/// Enumerates a long sequence on a thread of its own, a bounded number of items ahead of its consumer, so that system calls that one makes and
/// work that the other does run at the same time. A short sequence never leaves the consumer's thread.
/// </summary>
internal static class ReadAhead
{
    /// <summary>Items that are handed over at a time.</summary>
    public const int BatchLength = 256;

    /// <summary>Batches that wait for the consumer at most.</summary>
    public const int BatchesAhead = 4;

    /// <summary>
    /// The items of <paramref name="source"/> in their order. A failure of the source arrives after the items before it. Ending the enumeration
    /// early waits for the step that the source is at, and disposes its enumerator.
    /// </summary>
    public static IEnumerable<T> Of<T>(IEnumerable<T> source)
    {
        using var items = source.GetEnumerator();
        for (var i = 0; i < BatchLength; i++)
        {
            if (!items.MoveNext())
            {
                yield break;
            }
            yield return items.Current;
        }
        using var batches = new BlockingCollection<List<T>>(BatchesAhead);
        using var stop = new CancellationTokenSource();
        var reading = Task.Factory.StartNew(
            () => Read(items, batches, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach (var batch in batches.GetConsumingEnumerable(CancellationToken.None))
            {
                foreach (var item in batch)
                {
                    yield return item;
                }
            }
            reading.GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
            _ = Task.WaitAny(reading);
            _ = reading.Exception; // seen above, or of no interest to a consumer that has seen enough
        }
    }

    private static void Read<T>(IEnumerator<T> items, BlockingCollection<List<T>> batches, CancellationToken stop)
    {
        var batch = new List<T>(BatchLength);
        try
        {
            while (items.MoveNext())
            {
                batch.Add(items.Current);
                if (batch.Count == BatchLength)
                {
                    batches.Add(batch, stop);
                    batch = new List<T>(BatchLength);
                }
                stop.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            if (!stop.IsCancellationRequested)
            {
                batches.Add(batch, stop);
            }
            batches.CompleteAdding();
        }
    }
}
