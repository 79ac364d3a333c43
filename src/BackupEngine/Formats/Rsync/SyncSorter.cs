using CloudBackup.FileTree;

namespace CloudBackup.Formats.Rsync;

/// <summary>Orders any number of records by their paths, and those of one path by their origin: a bounded part in memory, the rest in files.</summary>
/// <param name="folder">A local folder of the run.</param>
/// <param name="name">Tells its files from others.</param>
/// <param name="partLength">Records that are held in memory at a time.</param>
internal sealed class SyncSorter(string folder, string name, int partLength = 50_000) : IDisposable
{
    private static readonly SyncStamp NoStamp = new("", "", false);
    private static readonly IComparer<SyncRecord> ByPath = Comparer<SyncRecord>.Create(
        (x, y) => PathOrder.Compare(x.Path, y.Path) is not 0 and var order ? order : x.Origin.CompareTo(y.Origin));

    private readonly List<SyncRecord> _part = [];
    private readonly List<string> _files = [];
    private readonly List<SyncFileReader> _readers = [];

    /// <summary>Takes a record.</summary>
    public void Add(SyncRecord record)
    {
        _part.Add(record);
        if (_part.Count == partLength)
        {
            WritePart();
        }
    }

    /// <summary>All records, in order. Enumerated once, after the last was added.</summary>
    public IEnumerable<SyncRecord> ReadSorted()
    {
        _part.Sort(ByPath);
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
        _part.Sort(ByPath);
        var path = Path.Join(folder, $"{name}-{_files.Count}.sort");
        _files.Add(path);
        using (var writer = new SyncFileWriter(path))
        {
            _part.ForEach(writer.Write);
            writer.Complete(NoStamp, isDurable: false);
        }
        _part.Clear();
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
