using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Formats.Index;

namespace CloudBackup.Reading;

/// <summary>
/// Writes some folders of a backup to targets of their own, and passes the rest over: what stands below a route's source appears in its
/// target below the route's destination.
/// </summary>
internal sealed class RoutedTarget(string id, IReadOnlyList<RestoreRoute> routes) : IEntryTarget
{
    /// <inheritdoc/>
    public IFileTarget? BeginFile(IndexEntry entry) =>
        Find(entry) is { } route ? route.Target.BeginFile(route.Map(entry)) : null;

    /// <inheritdoc/>
    public void OnDamaged(IndexEntry entry, string reason)
    {
        if (Find(entry) is not null)
        {
            throw BackupErrors.BackupDamaged(id, $"'{PathText.ForDisplay(entry.Path)}': {reason}.");
        }
    }

    /// <inheritdoc/>
    public void OnDoubt(string reason)
    {
        if (routes.Count > 0)
        {
            routes[0].Target.OnDoubt(reason);
        }
    }

    /// <summary>Makes folders and links, and sets the folders' metadata, when all files are there.</summary>
    public void Finish(Func<IEnumerable<IndexEntry>> entries, CancellationToken cancellationToken)
    {
        foreach (var route in routes)
        {
            route.Target.Finish(entries().Where(route.Takes).Select(route.Map), cancellationToken);
        }
    }

    private RestoreRoute? Find(IndexEntry entry) => routes.FirstOrDefault(route => route.Takes(entry));
}

/// <summary>Where one folder of a backup goes.</summary>
/// <param name="Source">The folder inside the backup.</param>
/// <param name="Destination">What it is called in the target.</param>
/// <param name="Target">The target.</param>
internal sealed record RestoreRoute(string Source, string Destination, RestoreTarget Target)
{
    /// <summary>Whether an entry belongs to it.</summary>
    public bool Takes(IndexEntry entry) => PathOrder.IsInside(entry.Path, Source);

    /// <summary>The entry as it appears in the target. A hard link to something outside keeps its target, and is refused there.</summary>
    public IndexEntry Map(IndexEntry entry) => entry with
    {
        Facts = entry.Facts with
        {
            Path = Map(entry.Path),
            LinkTarget = entry.Kind == EntryKind.HardLink && entry.LinkTarget is { } target
                ? PathOrder.IsInside(target, Source) ? Map(target) : "../" + target
                : entry.LinkTarget,
        },
    };

    private string Map(string path) => Destination + path[Source.Length..];
}
