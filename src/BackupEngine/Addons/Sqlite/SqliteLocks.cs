using CloudBackup.FileTree;

namespace CloudBackup.Addons.Sqlite;

/// <summary>
/// The locks by which SQLite's users of a database keep out of each other's way (sqlite.org: lockingv3.html, walformat.html). All locks taken
/// here are shared ones, as those of a reader: writers in write-ahead mode go on beside them.
/// </summary>
internal static class SqliteLocks
{
    private const long PendingByte = 0x40000000;
    private const long ReservedByte = PendingByte + 1;
    private const long SharedStart = PendingByte + 2;
    private const long SharedLength = 510;

    /// <summary>Where the locks of readers begin in the shared memory's file, and how many there are besides the first.</summary>
    private const long FirstReader = 123;
    private const int LastReader = 4;

    private const int BusyTimeoutSeconds = 60;
    private const int WaitMilliseconds = 20;

    /// <summary>Reads as a reader of the database file: nothing in it changes until <see cref="LeaveDatabase"/>, but by a checkpoint.</summary>
    /// <returns>How long that took.</returns>
    /// <exception cref="BackupException">A writer held it for a minute.</exception>
    public static TimeSpan EnterDatabase(ReadableFile file, CancellationToken cancellationToken) => Wait(file, TryEnter, cancellationToken);

    /// <summary>Lets writers in again.</summary>
    public static void LeaveDatabase(ReadableFile file) => file.Unlock(SharedStart, SharedLength);

    /// <summary>Whether a writer is at work: the journal beside the database is then its own.</summary>
    public static bool HasWriter(ReadableFile file) => file.IsLocked(ReservedByte, 1);

    /// <summary>
    /// Reads as a reader of the write-ahead log: it only grows from here on. Writers that find a reader do not begin it anew, and
    /// checkpoints do not empty it.
    /// </summary>
    /// <exception cref="BackupException">All places of readers were held for a minute.</exception>
    public static void EnterLog(ReadableFile index, CancellationToken cancellationToken) => Wait(index, TryEnterLog, cancellationToken);

    private static bool TryEnter(ReadableFile file)
    {
        // A writer that waits for readers to leave holds the pending byte: no new reader comes in before it.
        if (!file.TryLockShared(PendingByte, 1))
        {
            return false;
        }
        try
        {
            return file.TryLockShared(SharedStart, SharedLength);
        }
        finally
        {
            file.Unlock(PendingByte, 1);
        }
    }

    /// <summary>The last place first: readers of the app take the first ones.</summary>
    private static bool TryEnterLog(ReadableFile index)
    {
        for (var reader = LastReader; reader > 0; reader--)
        {
            if (index.TryLockShared(FirstReader + reader, 1))
            {
                return true;
            }
        }
        return false;
    }

    private static TimeSpan Wait(ReadableFile file, Func<ReadableFile, bool> tryEnter, CancellationToken cancellationToken)
    {
        var refusals = 0;
        for (; !tryEnter(file); refusals++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (refusals >= BusyTimeoutSeconds * 1000 / WaitMilliseconds)
            {
                throw BackupErrors.SqliteLocked(file.Path);
            }
            cancellationToken.WaitHandle.WaitOne(WaitMilliseconds);
        }
        return refusals * TimeSpan.FromMilliseconds(WaitMilliseconds);
    }
}
