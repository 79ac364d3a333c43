namespace CloudBackup.Import;

/// <summary>One reading of an archive: which it is, and what is found that does not keep it from being read.</summary>
/// <param name="Path">The archive, for messages.</param>
/// <param name="ZipEncoding">How names of a zip are encoded that do not say so; null when it was not given.</param>
/// <param name="CancellationToken">Stops the reading.</param>
internal sealed record ArchiveReading(string Path, System.Text.Encoding? ZipEncoding, CancellationToken CancellationToken)
{
    /// <summary>Bytes that a path or a link's target may have; Linux takes no longer ones from programs either.</summary>
    public const int LongestName = 4096;

    private readonly SortedDictionary<string, long> _notes = new(StringComparer.Ordinal);

    /// <summary>Counts a finding.</summary>
    /// <param name="note">A sentence, in which {0} stands for how often it was found.</param>
    public void Note(string note) => _notes[note] = _notes.GetValueOrDefault(note) + 1;

    /// <summary>Tells what was found.</summary>
    public void Report(IOperationObserver observer)
    {
        foreach (var (note, count) in _notes)
        {
            observer.OnWarning(string.Format(System.Globalization.CultureInfo.InvariantCulture, note, count));
        }
    }
}
