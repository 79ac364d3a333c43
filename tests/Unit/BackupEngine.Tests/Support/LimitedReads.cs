using System.Collections.Concurrent;
using CloudBackup.Storage;
using CloudBackup.Tests.Fakes;

namespace CloudBackup.Tests.Support;

/// <summary>Counts the reads of the files of backups in the format rsync, and lets only so many succeed.</summary>
internal sealed class LimitedReads
{
    private readonly ConcurrentQueue<string> _paths = new();
    private int _left = int.MaxValue;

    /// <summary>Watches a storage that was opened before, and those that are opened from now on.</summary>
    public LimitedReads(FaultyStorage storage) => storage.Before = (_, call, path) =>
    {
        // The files of a backup are in its folder; index and record are beside it.
        if (call != "read" || path.Split('/') is not [not "snapshot", _, _, ..])
        {
            return;
        }
        if (Interlocked.Decrement(ref _left) < 0)
        {
            BreakOff(path);
            return;
        }
        _paths.Enqueue(path);
    };

    /// <summary>What was read.</summary>
    public IReadOnlyCollection<string> Paths => _paths;

    /// <summary>What happens to a read too many.</summary>
    public Action<string> BreakOff { get; set; } = path => throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);

    /// <summary>Lets so many reads succeed from now on, and counts from zero.</summary>
    public void Allow(int reads)
    {
        _left = reads;
        _paths.Clear();
    }

    /// <summary>Lets all reads succeed from now on, and counts from zero.</summary>
    public void AllowAll() => Allow(int.MaxValue);
}
