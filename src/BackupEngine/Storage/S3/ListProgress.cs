namespace CloudBackup.Storage.S3;

/// <summary>Watches that a list in pages gets on: stores have been seen that repeat a page for ever.</summary>
internal sealed class ListProgress
{
    private readonly HashSet<string> _places = new(StringComparer.Ordinal);
    private readonly HashSet<(string First, string Last, int Count)> _pages = [];
    private HashSet<string> _last = new(StringComparer.Ordinal);

    /// <summary>Takes a page, and tells why the list does not get on; null when it does.</summary>
    /// <param name="names">What the page shows.</param>
    /// <param name="next">Where the list says it goes on; null at its end.</param>
    /// <param name="isLast">Whether this is the last page.</param>
    /// <param name="mayShare">A name that the page may share with the one before.</param>
    public string? Add(IReadOnlyList<string> names, string? next, bool isLast, string? mayShare = null)
    {
        if (names.FirstOrDefault(name => name != mayShare && _last.Contains(name)) is not null
            || (names.Count > 0 && !_pages.Add((names[0], names[^1], names.Count))))
        {
            return "the list shows again what it has shown already";
        }
        _last = new HashSet<string>(names, StringComparer.Ordinal);
        return isLast ? null
            : string.IsNullOrEmpty(next) ? "the list goes on, but it does not say where"
            : _places.Add(next) ? null
            : "the list goes on where it has been already";
    }
}
