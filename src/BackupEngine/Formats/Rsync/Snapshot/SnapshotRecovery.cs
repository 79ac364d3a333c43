using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Objects;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync.Snapshot;

/// <summary>
/// Finds out what is in a snapshot when what is remembered does not count: lists it, and keeps of what is known what the listing does not
/// contradict. The hash of an object comes from where it was written down when the object was made: from the log of an interrupted run, or
/// from the index of a backup that has the same content as the snapshot's state says. Of all else only the length is known: it is read back
/// and compared before it is believed.
/// </summary>
internal sealed class SnapshotRecovery(SnapshotTarget target, string folder)
{
    private readonly string _foreignPath = Path.Join(folder, "foreign.sync");
    private readonly string _foundPath = Path.Join(folder, "found.sync");

    /// <summary>Objects that no file is stored as.</summary>
    public IEnumerable<string> ReadForeignObjects() => LineFileReader<ObjectPathLine>.Read(_foreignPath).Select(line => line.Path);

    /// <summary>What the snapshot holds, ordered by path.</summary>
    public IEnumerable<CacheLine> ReadFound() => LineFileReader<CacheLine>.Read(_foundPath);

    /// <summary>Lists the snapshot and writes down what is known of it.</summary>
    /// <param name="known">What may be known, ordered by path.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    public async Task RunAsync(IEnumerable<CacheLine> known, CancellationToken cancellationToken)
    {
        using var listed = new LineSorter<CacheLine>(folder, "listed");
        using (var foreign = new LineFileWriter<ObjectPathLine>(_foreignPath))
        {
            if (target.Storage.As<ISweepPartials>() is { } sweeper)
            {
                await sweeper.SweepPartialsAsync(target.Root, cancellationToken).ConfigureAwait(false);
            }
            await ListAsync(listed, foreign, cancellationToken).ConfigureAwait(false);
            foreign.Complete(LineStamp.None, isDurable: false);
        }
        using var found = new LineFileWriter<CacheLine>(_foundPath);
        foreach (var line in Merge(known, listed.ReadSorted()))
        {
            cancellationToken.ThrowIfCancellationRequested();
            found.Write(line);
        }
        found.Complete(LineStamp.None, isDurable: false);
    }

    /// <summary>What an interrupted run knew of the snapshot when it ended: ordered by path.</summary>
    public static IEnumerable<CacheLine> ReadInterrupted(IEnumerable<PlanLine> plan, PlanLog log)
    {
        long action = 0;
        foreach (var planned in plan)
        {
            if (planned.Action == PlanAction.None)
            {
                if (planned.Kind == EntryKind.File)
                {
                    yield return planned.ToCacheLine();
                }
                continue;
            }
            switch (log.Find(action++, out var done, out var isDurable))
            {
                case ActionOutcome.Done when isDurable:
                    yield return done!.ToCacheLine();
                    break;
                case ActionOutcome.None when planned.IsKnown && log.IsComplete:
                    // The old object; what the plan says of the file itself is not what it was made of.
                    yield return planned.ToCacheLine() with { Knows = ObjectKnowledge.Hash };
                    break;
                default:
                    // Half done, or done and perhaps not durable: only the object itself can tell.
                    break;
            }
        }
    }

    /// <summary>What the index of a backup says, when the snapshot's content is the backup's: ordered by path. Null when it is another.</summary>
    /// <param name="entries">The index, to be read twice.</param>
    /// <param name="content">The fingerprint of the snapshot.</param>
    /// <param name="names">Says how long the objects are.</param>
    public static IEnumerable<CacheLine>? TryReadIndex(Func<IEnumerable<IndexEntry>> entries, string content, ObjectNames names)
    {
        var fingerprint = new SetFingerprint();
        foreach (var entry in Files(entries()))
        {
            fingerprint.Add(entry.Path, entry.Size, entry.Sha256);
        }
        return fingerprint.ToString() != content ? null : Files(entries()).Where(entry => entry.Path != FsMetadataWriter.Path)
            .Select(entry => new CacheLine
            {
                Path = entry.Path,
                Knows = ObjectKnowledge.Hash,
                Sha256 = entry.Sha256,
                StoredSize = names.StoredSize(entry.Size),
            });
    }

    private static IEnumerable<IndexEntry> Files(IEnumerable<IndexEntry> entries) => entries.Where(entry => entry.Kind == EntryKind.File);

    private async Task ListAsync(LineSorter<CacheLine> listed, LineFileWriter<ObjectPathLine> foreign, CancellationToken cancellationToken)
    {
        var names = target.NewNames();
        await foreach (var item in target.Storage.ListAsync(target.Root, recursive: true, cancellationToken).ConfigureAwait(false))
        {
            var objectPath = item.Path[(target.Root.Length + 1)..];
            if (names.PathOf(objectPath) is { } path)
            {
                listed.Add(new CacheLine { Path = path, StoredSize = item.Size });
            }
            else
            {
                foreign.Write(new ObjectPathLine(objectPath));
            }
        }
    }

    private static IEnumerable<CacheLine> Merge(IEnumerable<CacheLine> known, IEnumerable<CacheLine> listed)
    {
        using var remembered = known.GetEnumerator();
        var hasMore = remembered.MoveNext();
        foreach (var found in listed)
        {
            while (hasMore && PathOrder.Compare(remembered.Current.Path, found.Path) < 0)
            {
                hasMore = remembered.MoveNext();
            }
            var match = hasMore && remembered.Current.Path == found.Path && remembered.Current.StoredSize == found.StoredSize;
            yield return match ? remembered.Current : found;
        }
    }
}
