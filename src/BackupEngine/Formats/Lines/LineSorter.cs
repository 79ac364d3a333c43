using CloudBackup.FileTree;

namespace CloudBackup.Formats.Lines;

/// <summary>
/// Orders any number of lines by their paths: a bounded part in memory, the rest in files. Lines that come in order cost one comparison each.
/// </summary>
/// <param name="folder">A local folder of the run.</param>
/// <param name="name">Tells its files from others.</param>
/// <param name="ofOnePath">Orders the lines of one path; null when there is one of each.</param>
/// <param name="partLength">Lines that are held in memory at a time.</param>
/// <typeparam name="TLine">The kind of line.</typeparam>
internal sealed class LineSorter<TLine>(string folder, string name, Comparison<TLine>? ofOnePath = null, int partLength = 50_000) : IDisposable
    where TLine : ILine<TLine>
{
    /// <summary>Characters of paths that are held in memory at a time: a path may have 65,536.</summary>
    private const long PartCharacters = 8 * 1024 * 1024;

    private readonly Comparer<TLine> _order = Comparer<TLine>.Create(
        (x, y) => PathOrder.Compare(x.Path, y.Path) is not 0 and var order ? order : ofOnePath?.Invoke(x, y) ?? 0);

    private readonly List<TLine> _part = [];
    private readonly List<string> _files = [];
    private readonly List<LineFileReader<TLine>> _readers = [];
    private long _characters;
    private bool _isInOrder = true;

    /// <summary>Takes a line.</summary>
    public void Add(TLine line)
    {
        _isInOrder = _isInOrder && (_part.Count == 0 || _order.Compare(_part[^1], line) <= 0);
        _part.Add(line);
        _characters += line.Characters;
        if (_part.Count == partLength || _characters >= PartCharacters)
        {
            WritePart();
        }
    }

    /// <summary>All lines, in order. Enumerated once, after the last was added.</summary>
    public IEnumerable<TLine> ReadSorted()
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
        using (var writer = new LineFileWriter<TLine>(path))
        {
            _part.ForEach(writer.Write);
            writer.Complete(LineStamp.None, isDurable: false);
        }
        _part.Clear();
        (_characters, _isInOrder) = (0, true);
    }

    private void SortPart()
    {
        if (!_isInOrder)
        {
            _part.Sort(_order);
        }
    }

    private IEnumerable<TLine> Merge()
    {
        var queue = new PriorityQueue<IEnumerator<TLine>, TLine>(_order);
        foreach (var path in _files)
        {
            var reader = LineFileReader<TLine>.Open(path);
            _readers.Add(reader);
            Enqueue(reader.ReadAll().GetEnumerator());
        }
        Enqueue(_part.GetEnumerator());
        while (queue.TryDequeue(out var first, out _))
        {
            yield return first.Current;
            Enqueue(first);
        }

        void Enqueue(IEnumerator<TLine> lines)
        {
            if (lines.MoveNext())
            {
                queue.Enqueue(lines, lines.Current);
            }
            else
            {
                lines.Dispose();
            }
        }
    }
}
