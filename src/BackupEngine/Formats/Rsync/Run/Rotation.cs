using System.Collections.Concurrent;
using CloudBackup.Formats.Rsync.Snapshot;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>
/// Gives the objects of a snapshot second paths below a backup's folder, by the means that the storage has: whole folders at once, or copies of
/// single objects that the storage makes by itself. Objects of one folder come one after the other. Thread-safe but for <see cref="Gather"/>.
/// </summary>
internal sealed class Rotation(SnapshotTarget snapshot, string backupFolder, int? copyConcurrency)
{
    private const int MostNames = 512;

    private readonly IFolderCopy? _folders = snapshot.Storage.As<IFolderCopy>();
    private readonly IServerCopy? _copies = snapshot.Storage.As<IServerCopy>();
    private readonly ConcurrentBag<string> _missing = [];

    /// <summary>Objects of the snapshot that are not there.</summary>
    public IReadOnlyCollection<string> Missing => _missing;

    /// <summary>Rotates all objects, many at a time.</summary>
    public Task RunAsync(IEnumerable<string> objectPaths, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = copyConcurrency ?? snapshot.Storage.Capabilities.CopyConcurrency,
            CancellationToken = cancellationToken,
        };
        return Parallel.ForEachAsync(Gather(objectPaths), options, async (group, token) =>
            await RotateAsync(group, token).ConfigureAwait(false));
    }

    /// <summary>What is rotated in one call: the objects of one folder, or one object where the storage takes them one by one.</summary>
    private IEnumerable<Group> Gather(IEnumerable<string> objectPaths)
    {
        var folder = "";
        var names = new List<string>();
        foreach (var path in objectPaths)
        {
            var next = StoragePath.FolderOf(path);
            if (names.Count > 0 && (next != folder || names.Count == (_folders is null ? 1 : MostNames)))
            {
                yield return new Group(folder, names);
                names = [];
            }
            folder = next;
            names.Add(StoragePath.NameOf(path));
        }
        if (names.Count > 0)
        {
            yield return new Group(folder, names);
        }
    }

    private async Task RotateAsync(Group group, CancellationToken cancellationToken)
    {
        var from = StoragePath.Join(snapshot.Root, group.Folder);
        var to = StoragePath.Join(backupFolder, group.Folder);
        if (_folders is not null)
        {
            foreach (var name in await _folders.CopyFolderAsync(from, to, group.Names, cancellationToken).ConfigureAwait(false))
            {
                _missing.Add(StoragePath.Join(group.Folder, name));
            }
            return;
        }
        foreach (var name in group.Names)
        {
            try
            {
                await _copies!.CopyAsync($"{from}/{name}", $"{to}/{name}", cancellationToken).ConfigureAwait(false);
            }
            catch (StorageException failure) when (failure.Kind == StorageErrorKind.NotFound && failure.Path.Length > 0)
            {
                _missing.Add(StoragePath.Join(group.Folder, name));
            }
        }
    }

    private sealed record Group(string Folder, List<string> Names);
}
