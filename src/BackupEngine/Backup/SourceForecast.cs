using CloudBackup.FileTree;
using CloudBackup.Progress;

namespace CloudBackup.Backup;

/// <summary>
/// Says how much a run is going to read, for its progress: what the last backup held, or, for a first backup that takes longer
/// than a moment, what a second walk over the tree counts meanwhile.
/// </summary>
internal sealed class SourceForecast : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>An estimate may stop there; a thread's stack must not end first.</summary>
    private const int DeepestFolder = 100;

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _counting;

    private SourceForecast(Func<CancellationToken, Task> count) => _counting = count(_stop.Token);

    /// <summary>Starts to find out.</summary>
    public static SourceForecast Start(IReadOnlyList<string> folders, long lastSize, RunCounters counters, TimeProvider time)
    {
        if (lastSize > 0)
        {
            counters.Expect(lastSize);
            return new SourceForecast(_ => Task.CompletedTask);
        }
        return new SourceForecast(token => CountAsync(folders, counters, time, token));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _counting.GetAwaiter().GetResult();
        _stop.Dispose();
    }

    private static async Task CountAsync(IReadOnlyList<string> folders, RunCounters counters, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Patience, time, cancellationToken).ConfigureAwait(false);
            await Task.Run(
                () => counters.Expect(folders.Sum(path => Count(path, cancellationToken))),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or FileTreeException)
        {
            // Only the time that is left stays unknown.
        }
    }

    private static long Count(string path, CancellationToken cancellationToken)
    {
        using var root = LocalFileSystem.OpenReal(RealPath.Of(path));
        return Count(root, DeepestFolder, cancellationToken);
    }

    private static long Count(DirectoryNode folder, int depth, CancellationToken cancellationToken)
    {
        long size = 0;
        foreach (var name in folder.ReadNames(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var facts = folder.Stat(name);
                size += facts.Size;
                if (facts.Kind == EntryKind.Directory && depth > 0)
                {
                    using var inside = folder.OpenDirectory(name);
                    size += Count(inside, depth - 1, cancellationToken);
                }
            }
            catch (FileTreeException)
            {
                // The run itself will meet it, and say so.
            }
        }
        return size;
    }
}
