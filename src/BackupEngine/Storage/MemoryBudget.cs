namespace CloudBackup.Storage;

/// <summary>How much memory a run may hold in buffers.</summary>
internal static class MemoryBudget
{
    private const long Smallest = 64L * 1024 * 1024;
    private const long BesidesBuffers = 32L * 1024 * 1024;

    /// <summary>
    /// The site's limit, else an eighth of the memory that the machine (or the container) has now, at least 64 MiB: read at each run, so
    /// that a resized server is used.
    /// </summary>
    public static long Of(SiteLimits limits) => limits.MemoryLimitBytes ?? Math.Max(Smallest, Available() / 8);

    /// <summary>The share of a storage that holds what is under way to and from it: half.</summary>
    public static long OfStorage(SiteLimits limits) => Buffers(limits) / 2;

    /// <summary>The longest stretch that a storage may hold when it must: more than its share where that is short of half of everything.</summary>
    public static long LongestOfStorage(SiteLimits limits) => Of(limits) / 2;

    /// <summary>The share of a format: all, or what the storage leaves of it.</summary>
    public static long OfFormat(SiteLimits limits, StorageCapabilities storage)
    {
        var all = Buffers(limits);
        return storage.IsRemote ? all - (all / 2) : all;
    }

    /// <summary>
    /// What is left for buffers: compressors, connections and what waits for the garbage collector grow with the work too, and are no smaller
    /// where there is little memory.
    /// </summary>
    private static long Buffers(SiteLimits limits)
    {
        var all = Of(limits);
        return all - Math.Min(BesidesBuffers, all / 2);
    }

    private static long Available()
    {
        try
        {
            GC.RefreshMemoryLimit(); // the runtime looks only once by itself
        }
        catch (InvalidOperationException)
        {
            // A limit that the process is beyond already: what was known before has to do.
        }
        return GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
    }
}
