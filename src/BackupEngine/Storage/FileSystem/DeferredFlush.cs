using System.Collections.Concurrent;
using CloudBackup.FileTree;

namespace CloudBackup.Storage.FileSystem;

/// <summary>Makes durable in one go what was written without. Any folder below the root may be a mount of its own, so each file system counts.</summary>
internal sealed class DeferredFlush(StoreFolder store) : IDisposable
{
    private readonly ConcurrentDictionary<ulong, DirectoryNode> _written = [];

    /// <summary>Notes the file system of a folder for the next flush.</summary>
    public void Note(DirectoryNode folder)
    {
        var device = FileSystemErrors.Run("", folder.ReadFacts).Device;
        if (!_written.ContainsKey(device) && folder.AddReference() is var kept && !_written.TryAdd(device, kept))
        {
            kept.Dispose();
        }
    }

    /// <summary>Flushes the file systems that were noted; that of the root when there are none.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.Run(
        () => FileSystemErrors.Run("", () =>
        {
            foreach (var folder in _written.IsEmpty ? [store.Root()] : _written.Values)
            {
                folder.FlushFileSystem();
            }
            return true;
        }),
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var folder in _written.Values)
        {
            folder.Dispose();
        }
        _written.Clear();
    }
}
