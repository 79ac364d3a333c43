using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Objects;
using CloudBackup.Formats.Rsync.Records;

namespace CloudBackup.Formats.Rsync;

/// <summary>
/// Compares what one listing of a backup's folder shows with what the index says should be there: every object, its length, and none
/// besides. No content is read. What the index does not know is no damage: a restore never looks at it.
/// </summary>
internal sealed class ListingCheck : IDisposable
{
    private readonly FormatReadRequest _request;
    private readonly IEntryTarget _target;
    private readonly bool _onlyForeign;
    private readonly ObjectNames _names;
    private readonly LineSorter<CacheLine> _listed;
    private CacheLine? _metadata;

    private ListingCheck(FormatReadRequest request, IEntryTarget target, bool onlyForeign)
    {
        _request = request;
        _target = target;
        _onlyForeign = onlyForeign;
        _names = new ObjectNames(request.Opener);
        _listed = new LineSorter<CacheLine>(request.SpoolFolder, "stored");
    }

    /// <summary>Tells the target what is missing, has another length, or belongs to no entry.</summary>
    /// <param name="request">The backup.</param>
    /// <param name="target">Is told.</param>
    /// <param name="onlyForeign">Whether only objects that belong to no entry are told, since all others are read anyway.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    public static async Task RunAsync(FormatReadRequest request, IEntryTarget target, bool onlyForeign, CancellationToken cancellationToken)
    {
        using var check = new ListingCheck(request, target, onlyForeign);
        await check.ListAsync(cancellationToken).ConfigureAwait(false);
        check.Compare(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _listed.Dispose();

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var folder = _request.Info.RemotePath;
        await foreach (var item in _request.Storage.ListAsync(folder, recursive: true, cancellationToken).ConfigureAwait(false))
        {
            var objectPath = item.Path[(folder.Length + 1)..];
            if (_names.PathOf(objectPath) is not { } path)
            {
                ReportForeign(objectPath);
                continue;
            }
            var found = new CacheLine { Path = path, StoredSize = item.Size };
            if (path == FsMetadataWriter.Path)
            {
                _metadata = found; // the index has it at its end
            }
            else
            {
                _listed.Add(found);
            }
        }
    }

    private void Compare(CancellationToken cancellationToken)
    {
        using var stored = _listed.ReadSorted().GetEnumerator();
        var hasMore = stored.MoveNext();
        foreach (var entry in _request.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Path == FsMetadataWriter.Path && entry.Kind == EntryKind.File)
            {
                Compare(entry, _metadata);
                _metadata = null;
            }
            else if (entry.Kind == EntryKind.File)
            {
                for (; hasMore && PathOrder.Compare(stored.Current.Path, entry.Path) < 0; hasMore = stored.MoveNext())
                {
                    ReportForeign(stored.Current.Path);
                }
                var found = hasMore && stored.Current.Path == entry.Path ? stored.Current : null;
                hasMore = found is null ? hasMore : stored.MoveNext();
                Compare(entry, found);
            }
            _request.Counters.AddEntries(_onlyForeign ? 0 : 1);
        }
        for (; hasMore; hasMore = stored.MoveNext())
        {
            ReportForeign(stored.Current.Path);
        }
        if (_metadata is not null)
        {
            ReportForeign(_metadata.Path);
        }
    }

    private void Compare(IndexEntry entry, CacheLine? stored)
    {
        var size = _names.StoredSize(entry.Size);
        if (!_onlyForeign && stored?.StoredSize != size)
        {
            _target.OnDamaged(entry, stored is null ? RsyncReader.MissingObject : $"its object has {stored.StoredSize} bytes instead of {size}");
        }
    }

    private void ReportForeign(string path) => _target.OnUnknown(path);
}
