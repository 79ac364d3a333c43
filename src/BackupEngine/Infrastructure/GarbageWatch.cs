namespace CloudBackup.Infrastructure;

/// <summary>
/// Keeps the memory that waits for the garbage collector within a share of a site's memory limit, and small in any case (I10). The runtime collects
/// the young when they fill a share of the processor's cache, and servers have caches of hundreds of megabytes.
/// </summary>
internal sealed class GarbageWatch : IDisposable
{
    /// <summary>Less garbage than this is not worth a collection.</summary>
    private const long Least = 8L * 1024 * 1024;

    /// <summary>
    /// More garbage than this is never worth its memory: the youngest generation of a backup is collected in less than a millisecond, since little
    /// of it is still in use.
    /// </summary>
    private const long Most = 16L * 1024 * 1024;

    private const int Share = 8;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    private readonly ManualResetEventSlim _stop = new();
    private readonly long _most;
    private readonly Thread _thread;
    private int _collections;

    private GarbageWatch(long most)
    {
        _most = most;
        _thread = new Thread(Run) { IsBackground = true, Name = "CloudBackup garbage watch" };
        _thread.Start();
    }

    /// <summary>How many collections it has asked for.</summary>
    public int Collections => Volatile.Read(ref _collections);

    /// <summary>Watches until it is disposed.</summary>
    /// <param name="memoryLimit">Bytes of memory that a run may hold.</param>
    public static GarbageWatch Start(long memoryLimit) => new(Math.Clamp(memoryLimit / Share, Least, Most));

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        var (seen, allocated) = (GC.CollectionCount(0), GC.GetTotalAllocatedBytes());
        while (!_stop.Wait(LookEvery))
        {
            var (count, total) = (GC.CollectionCount(0), GC.GetTotalAllocatedBytes());
            if (count == seen && total - allocated < _most)
            {
                continue;
            }
            if (count == seen)
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                Interlocked.Increment(ref _collections);
            }
            (seen, allocated) = (GC.CollectionCount(0), GC.GetTotalAllocatedBytes());
        }
    }
}
