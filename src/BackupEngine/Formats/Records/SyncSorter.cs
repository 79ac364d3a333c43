using CloudBackup.FileTree;

namespace CloudBackup.Formats.Records;

/// <summary>
/// Orders any number of records by their paths, and those of one path by their origin: a bounded part in memory, the rest in files. Records that
/// come in order cost one comparison each.
/// </summary>
/// <param name="folder">A local folder of the run.</param>
/// <param name="name">Tells its files from others.</param>
/// <param name="partLength">Records that are held in memory at a time.</param>
internal sealed class SyncSorter(string folder, string name, int partLength = 50_000) : IDisposable
{
    /// <summary>Characters of paths that are held in memory at a time: a path may have 65,536.</summary>
    private const long PartCharacters = 8 * 1024 * 1024;

    private static readonly SyncStamp NoStamp = new("", "", false);
    private static readonly Comparer<SyncRecord> ByPath = Comparer<SyncRecord>.Create(
        (x, y) => PathOrder.Compare(x.Path, y.Path) is not 0 and var order ? order : x.Origin.CompareTo(y.Origin));

    private readonly List<SyncRecord> _part = [];
    private readonly List<string> _files = [];
    private readonly List<SyncFileReader> _readers = [];
    private long _characters;
    private bool _isInOrder = true;

    /// <summary>Takes a record.</summary>
    public void Add(SyncRecord record)
    {
        _isInOrder = _isInOrder && (_part.Count == 0 || ByPath.Compare(_part[^1], record) <= 0);
        _part.Add(record);
        _characters += record.Path.Length + (record.LinkTarget?.Length ?? 0);
        if (_part.Count == partLength || _characters >= PartCharacters)
        {
            WritePart();
        }
    }

    /// <summary>All records, in order. Enumerated once, after the last was added.</summary>
    public IEnumerable<SyncRecord> ReadSorted()
    {
        SortPart();
        return _files.Count == 0 ? _part : Merge();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _readers.ForEach(reader => reader.Dispose());
        _files.ForEach(File.Delete);
    }

    private void WritePart()
    {
        SortPart();
        var path = Path.Join(folder, $"{name}-{_files.Count}.sort");
        _files.Add(path);
        using (var writer = new SyncFileWriter(path))
        {
            _part.ForEach(writer.Write);
            writer.Complete(NoStamp, isDurable: false);
        }
        _part.Clear();
        (_characters, _isInOrder) = (0, true);
    }

    private void SortPart()
    {
        if (!_isInOrder)
        {
            _part.Sort(ByPath);
        }
    }

    private IEnumerable<SyncRecord> Merge()
    {
        var queue = new PriorityQueue<IEnumerator<SyncRecord>, SyncRecord>(ByPath);
        foreach (var path in _files)
        {
            var reader = SyncFileReader.Open(path);
            _readers.Add(reader);
            Enqueue(reader.ReadAll().GetEnumerator());
        }
        Enqueue(_part.GetEnumerator());
        while (queue.TryDequeue(out var first, out _))
        {
            yield return first.Current;
            Enqueue(first);
        }

        void Enqueue(IEnumerator<SyncRecord> records)
        {
            if (records.MoveNext())
            {
                queue.Enqueue(records, records.Current);
            }
            else
            {
                records.Dispose();
            }
        }
    }
}
