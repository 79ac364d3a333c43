using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>
/// What went wrong while the source was read. Things that vanished, and things that are neither file, folder nor link, are counted.
/// Things that cannot be read end the run, or are listed as missing when the caller said to go on. Thread-safe.
/// </summary>
internal sealed class SourceIssues(bool continueOnError)
{
    private const int LongestList = 1000;

    private readonly List<MissingItem> _missing = [];
    private long _skipped;
    private long _changed;
    private long _missingCount;

    /// <summary>How many items were passed over.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    /// <summary>How many files were written to while they were read, so that their copy may be torn.</summary>
    public long Changed => Interlocked.Read(ref _changed);

    /// <summary>How many items could not be read.</summary>
    public long MissingCount => Interlocked.Read(ref _missingCount);

    /// <summary>The first thousand items that could not be read.</summary>
    public IReadOnlyList<MissingItem> Missing
    {
        get
        {
            lock (_missing)
            {
                return [.. _missing];
            }
        }
    }

    /// <summary>What was counted so far, to go back to.</summary>
    public IssueMark Mark()
    {
        lock (_missing)
        {
            return new IssueMark(Skipped, Changed, MissingCount, _missing.Count);
        }
    }

    /// <summary>Forgets what was counted since a mark: the work is done again.</summary>
    public void ReturnTo(IssueMark mark)
    {
        lock (_missing)
        {
            _skipped = mark.Skipped;
            _changed = mark.Changed;
            _missingCount = mark.MissingCount;
            _missing.RemoveRange(mark.Listed, _missing.Count - mark.Listed);
        }
    }

    /// <summary>Counts an item that is passed over.</summary>
    public void Skip() => Interlocked.Increment(ref _skipped);

    /// <summary>Counts a file that changed under our hands.</summary>
    public void CountChanged() => Interlocked.Increment(ref _changed);

    /// <summary>Whether a failure says that the item is gone, also where a server's handle of it is stale.</summary>
    public static bool MeansVanished(FileTreeException failure, string path, SourceTree? tree) =>
        failure.MeansGone || (failure.Kind == FileTreeErrorKind.Stale && tree?.HasLost(path) == true);

    /// <summary>
    /// Takes a failure to read the item at <paramref name="path"/> (a path inside the backup): gone means skipped.
    /// </summary>
    /// <param name="failure">The failure.</param>
    /// <param name="path">The item.</param>
    /// <param name="tree">The tree that it is in; null for one that was made for the backup.</param>
    /// <exception cref="BackupException">The item is there but unreadable, and the caller did not say to go on.</exception>
    public void Handle(FileTreeException failure, string path, SourceTree? tree)
    {
        if (MeansVanished(failure, path, tree))
        {
            Skip();
            return;
        }
        AddMissing(failure, path);
    }

    /// <summary>Takes a failure that leaves the item out of the backup for certain.</summary>
    /// <exception cref="BackupException">The caller did not say to go on.</exception>
    public void AddMissing(FileTreeException failure, string path)
    {
        AddMissing(path, failure.Reason, BackupErrors.SourceUnreadable(failure));
    }

    /// <summary>Takes something that the backup cannot hold.</summary>
    /// <exception cref="BackupException"><paramref name="failure"/>, when the caller did not say to go on.</exception>
    public void AddMissing(string path, string reason, BackupException failure)
    {
        if (!continueOnError)
        {
            throw failure;
        }
        AddDamaged(path, reason);
    }

    /// <summary>Takes a stream whose producer has failed: it is left out.</summary>
    /// <exception cref="BackupException">It is not optional, and the caller did not say to go on.</exception>
    public void AddBroken(StreamBrokenException broken)
    {
        if (broken.Item.IsOptional)
        {
            AddDamaged(broken.Item.Path, broken.Failure.Message);
        }
        else
        {
            AddMissing(broken.Item.Path, broken.Failure.Message, broken.Failure);
        }
    }

    /// <summary>Takes something that the backup holds, and that is worth less than it should be: the backup becomes Partial.</summary>
    public void AddDamaged(string path, string reason)
    {
        Interlocked.Increment(ref _missingCount);
        lock (_missing)
        {
            if (_missing.Count < LongestList)
            {
                _missing.Add(new MissingItem(PathText.ForMessage(path), reason));
            }
        }
    }
}

/// <summary>What <see cref="SourceIssues"/> had counted at some moment.</summary>
internal readonly record struct IssueMark(long Skipped, long Changed, long MissingCount, int Listed);
