namespace CloudBackup.Progress;

/// <summary>What a run has done so far, counted by its threads and sampled to show progress.</summary>
internal sealed class RunCounters
{
    private long _entries;
    private long _sourceBytes;
    private long _allocatedBytes;
    private long _expectedBytes;

    /// <summary>Entries done.</summary>
    public long Entries => Interlocked.Read(ref _entries);

    /// <summary>Bytes of content done.</summary>
    public long SourceBytes => Interlocked.Read(ref _sourceBytes);

    /// <summary>Bytes that the content takes on the source's disk: what a restore needs at least.</summary>
    public long AllocatedBytes => Interlocked.Read(ref _allocatedBytes);

    /// <summary>Bytes of content that the run is going to do, as far as known; 0 when unknown.</summary>
    public long ExpectedBytes => Interlocked.Read(ref _expectedBytes);

    /// <summary>Counts done entries.</summary>
    public void AddEntries(long count) => Interlocked.Add(ref _entries, count);

    /// <summary>Counts done bytes of content.</summary>
    public void AddSourceBytes(long count) => Interlocked.Add(ref _sourceBytes, count);

    /// <summary>Counts bytes that content takes on the source's disk.</summary>
    public void AddAllocatedBytes(long count) => Interlocked.Add(ref _allocatedBytes, count);

    /// <summary>Forgets what was counted as done: it is done again.</summary>
    public void Reset()
    {
        Interlocked.Exchange(ref _entries, 0);
        Interlocked.Exchange(ref _sourceBytes, 0);
        Interlocked.Exchange(ref _allocatedBytes, 0);
    }

    /// <summary>Says what is to come.</summary>
    public void Expect(long bytes) => Interlocked.Exchange(ref _expectedBytes, bytes);
}
