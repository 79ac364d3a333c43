using System.Buffers;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Objects;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Formats.Rsync.Snapshot;
using CloudBackup.Source;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>
/// The last pass over a plan that was carried out: writes the index, <c>fsmetadata.json</c> and the next sync cache, and rotates the objects
/// meanwhile.
/// </summary>
internal sealed class FinalPass : IDisposable
{
    private const int FlushAt = 64 * 1024;

    private readonly SnapshotTarget _target;
    private readonly FormatWriteRequest _run;
    private readonly IndexSpool _index;
    private readonly FsMetadataWriter _metadata;
    private readonly LineFileWriter<CacheLine> _cache;
    private readonly string _cachePath;
    private readonly ObjectNames _names;
    private readonly IndexEntryWriter _entries = new();
    private readonly ArrayBufferWriter<byte> _lines = new(FlushAt + 4096);
    private readonly OwnerNames _owners = new();
    private SetFingerprint? _content;
    private int _lineCount;
    private long _lineBytes;

    /// <summary>Starts the pass.</summary>
    /// <param name="target">Where the objects are.</param>
    /// <param name="run">The run.</param>
    /// <param name="index">Takes the index.</param>
    /// <param name="cachePath">The next sync cache.</param>
    /// <param name="hasChanges">
    /// Whether the snapshot changes, so that its content is surely asked for and is best hashed on the way; else it is only when the metadata
    /// alone have changed.
    /// </param>
    public FinalPass(SnapshotTarget target, FormatWriteRequest run, IndexSpool index, string cachePath, bool hasChanges)
    {
        _target = target;
        _run = run;
        _index = index;
        _names = target.NewNames();
        _metadata = new FsMetadataWriter(run.SpoolFolder);
        _cachePath = cachePath;
        _content = hasChanges ? new SetFingerprint() : null;
        _cache = new LineFileWriter<CacheLine>(cachePath);
    }

    /// <summary>Paths and lengths of all objects.</summary>
    public ObjectSet Objects { get; } = new();

    /// <summary>Bytes of all objects.</summary>
    public long StoredBytes { get; private set; }

    /// <summary>Takes every item of a carried out plan, and returns the objects of the files.</summary>
    /// <param name="final">The items as they are now.</param>
    /// <param name="hasMetadata">Whether an item's metadata is that of something that the app has.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    public IEnumerable<string> Pass(
        IEnumerable<PlanLine> final, Func<PlanLine, bool> hasMetadata, CancellationToken cancellationToken)
    {
        foreach (var record in final)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entry = EntryOf(record);
            AddToIndex(entry);
            if (hasMetadata(record))
            {
                _metadata.Add(entry);
            }
            if (record.Kind == EntryKind.File)
            {
                _cache.Write(record.ToCacheLine());
                yield return AddObject(record);
            }
        }
    }

    /// <summary>Ends <c>fsmetadata.json</c>, uploads it unless the snapshot holds the same, and returns its object.</summary>
    /// <param name="known">The one that the snapshot holds; null when that is not known.</param>
    /// <param name="beforeUpload">Called before it is replaced.</param>
    /// <param name="cancellationToken">Stops the upload.</param>
    public async Task<string> AddFsMetadataAsync(CacheLine? known, Func<Task> beforeUpload, CancellationToken cancellationToken)
    {
        var (length, hash) = _metadata.Complete();
        var record = new PlanLine
        {
            Path = FsMetadataWriter.Path,
            Kind = EntryKind.File,
            Knows = ObjectKnowledge.Hash,
            Sha256 = hash,
            StoredSize = _names.StoredSize(length),
            Facts = new FileFacts
            {
                Kind = EntryKind.File,
                Mode = 0x180, // 0600: it tells names and owners
                Size = length,
                Allocated = length,
                LinkCount = 1,
                Modified = UnixTime.From(_run.Time.GetUtcNow()),
            },
        };
        if (known is not { IsKnown: true } || known.StoredSize != record.StoredSize || !known.Sha256.AsSpan().SequenceEqual(hash))
        {
            await beforeUpload().ConfigureAwait(false);
            var content = ObjectContent.FromFactory(record.StoredSize, Open);
            await _target.WriteAsync(_names.ObjectOf(record.Path), content, isNew: false, cancellationToken).ConfigureAwait(false);
        }
        AddToIndex(EntryOf(record));
        _run.Counters.AddSourceBytes(length);
        WriteLines();
        _cache.Write(record.ToCacheLine());
        return AddObject(record);
    }

    /// <summary>Ends the next sync cache.</summary>
    public void CompleteCache(LineStamp stamp)
    {
        _cache.Complete(stamp, isDurable: true);
        _cache.Dispose();
    }

    /// <summary>Paths, lengths and hashes of all files, as <see cref="SetFingerprint"/>. The next sync cache must be complete.</summary>
    public string FingerprintContent()
    {
        if (_content is null)
        {
            _content = new SetFingerprint();
            foreach (var record in LineFileReader<CacheLine>.Read(_cachePath))
            {
                _content.Add(record.Path, record.Facts.Size, record.Sha256);
            }
        }
        return _content.ToString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metadata.Dispose();
        _cache.Dispose();
        _entries.Dispose();
    }

    private Stream Open()
    {
        var file = new FileStream(_metadata.LocalPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return _target.Sealer?.Encrypt(file) ?? file;
    }

    private IndexEntry EntryOf(PlanLine record) => new()
    {
        Facts = EntryFacts.Of(record.Path, record.Facts with { Kind = record.Kind }, record.LinkTarget, record.Attributes, _owners),
        Sha256 = record.Sha256,
        IsSparse = record.Facts.IsSparse,
    };

    private string AddObject(PlanLine record)
    {
        var path = _names.ObjectOf(record.Path);
        _content?.Add(record.Path, record.Facts.Size, record.Sha256);
        Objects.Add(path, record.StoredSize);
        StoredBytes += record.StoredSize;
        return path;
    }

    private void AddToIndex(IndexEntry entry)
    {
        _entries.Write(entry, _lines);
        _lineCount++;
        _lineBytes += entry.Kind == EntryKind.File ? entry.Size : 0;
        _run.Counters.AddEntries(1);
        if (_lines.WrittenCount >= FlushAt)
        {
            WriteLines();
        }
    }

    private void WriteLines()
    {
        _index.Writer.AddEntries(_lines.WrittenSpan, _lineCount, _lineBytes);
        _lines.ResetWrittenCount();
        (_lineCount, _lineBytes) = (0, 0);
    }
}
