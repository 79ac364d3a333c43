namespace CloudBackup.Backup;

/// <summary>Which disk or bucket the backups of one run are on: it is looked for once, whatever the number of apps. Thread-safe.</summary>
internal sealed class RunMedium
{
    private readonly Lock _lock = new();
    private Task<string?>? _found;

    /// <summary>What was found; looks when nothing was, or the last look failed.</summary>
    /// <param name="find">Looks.</param>
    public Task<string?> FindAsync(Func<Task<string?>> find)
    {
        lock (_lock)
        {
            return _found = _found is { IsFaulted: false, IsCanceled: false } ? _found : find();
        }
    }
}
