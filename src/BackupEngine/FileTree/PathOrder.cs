namespace CloudBackup.FileTree;

/// <summary>
/// The order in which a tree is walked: each folder before what is in it, names by their bytes. Paths are compared part by part: <c>a/x</c>
/// comes before <c>a.txt</c>, although a slash is not less than a dot.
/// </summary>
internal sealed class PathOrder : IComparer<string>
{
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
        return CompareBytes(PathText.ToBytes(x[at..]), PathText.ToBytes(y[at..]));
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

    private static int Rank(int unit) => unit == '/' ? 0 : unit;

    private static int CompareBytes(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var at = x.CommonPrefixLength(y);
        return at == x.Length || at == y.Length ? x.Length.CompareTo(y.Length) : Rank(x[at]).CompareTo(Rank(y[at]));
    }
}
