namespace CloudBackup.FileTree;

/// <summary>
/// The order in which a tree is walked: each folder before what is in it, names by their bytes. Paths are compared part by part: <c>a/x</c>
/// comes before <c>a.txt</c>, although a slash is not less than a dot.
/// </summary>
internal sealed class PathOrder : IComparer<string>
{
    private const int SomeUnits = 16;

    /// <summary>The only one needed.</summary>
    public static PathOrder Instance { get; } = new();

    /// <summary>Compares two paths of <see cref="PathText"/>.</summary>
    public static int Compare(string x, string y)
    {
        var at = x.AsSpan().CommonPrefixLength(y);
        if (at == x.Length || at == y.Length)
        {
            return x.Length.CompareTo(y.Length);
        }
        var (a, b) = (x[at], y[at]);
        if (a < 0x80 && b < 0x80)
        {
            return Rank(a).CompareTo(Rank(b));
        }
        // A character is cut nowhere: bytes that are no text stand one by one, others in one or two units.
        if (at > 0 && char.IsHighSurrogate(x[at - 1]))
        {
            at--;
        }
        // What differs is nearly always within the next character: long paths need not be encoded to their ends.
        return CompareBytes(x, y, at, SomeUnits) ?? CompareBytes(x, y, at, int.MaxValue)!.Value;
    }

    /// <summary>Whether <paramref name="path"/> is a folder's own path or lies in it.</summary>
    public static bool IsInside(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/');

    /// <summary>Adds all folders that a path is in to those that are known; where one is known, those above it are.</summary>
    public static void AddFolders(HashSet<string> known, string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0 && known.Add(path[..slash]);)
        {
            slash = path.LastIndexOf('/', slash - 1);
        }
    }

    /// <inheritdoc/>
    int IComparer<string>.Compare(string? x, string? y) => Compare(x!, y!);

    /// <summary>The order of what comes next of two paths; null when it does not differ within so many units.</summary>
    private static int? CompareBytes(string x, string y, int at, int most)
    {
        var (a, b) = (Next(x, at, most), Next(y, at, most));
        var (c, d) = (PathText.ToBytes(a), PathText.ToBytes(b));
        return c.AsSpan().CommonPrefixLength(d) == Math.Min(c.Length, d.Length) && (at + a.Length < x.Length || at + b.Length < y.Length)
            ? null
            : CompareBytes(c, d);
    }

    private static string Next(string path, int at, int most)
    {
        var length = Math.Min(most, path.Length - at);
        return path.Substring(at, length < path.Length - at && char.IsHighSurrogate(path[at + length - 1]) ? length + 1 : length);
    }

    private static int Rank(int unit) => unit == '/' ? 0 : unit;

    private static int CompareBytes(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var at = x.CommonPrefixLength(y);
        return at == x.Length || at == y.Length ? x.Length.CompareTo(y.Length) : Rank(x[at]).CompareTo(Rank(y[at]));
    }
}
