namespace CloudBackup.FileTree;

/// <summary>Paths without symbolic links in them. What is not there yet stays as it is named.</summary>
internal static class RealPath
{
    private const int MostLinks = 40; // as Linux: more are a loop

    /// <summary>The absolute path that a path leads to.</summary>
    public static string Of(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        for (var links = 0; links < MostLinks && FollowFirstLink(full) is { } target; links++)
        {
            full = Path.TrimEndingDirectorySeparator(target);
        }
        return full;
    }

    /// <summary>Whether one of two real paths is the other, or inside it.</summary>
    public static bool Overlap(string one, string other) => IsInside(one, other) || IsInside(other, one);

    private static string? FollowFirstLink(string path)
    {
        for (var end = Path.GetPathRoot(path)!.Length; end < path.Length;)
        {
            var next = path.IndexOf(Path.DirectorySeparatorChar, end);
            var part = next < 0 ? path : path[..next];
            if (new DirectoryInfo(part).LinkTarget is { } target)
            {
                return Path.GetFullPath(target + path[part.Length..], Path.GetDirectoryName(part)!);
            }
            end = part.Length + 1;
        }
        return null;
    }

    private static bool IsInside(string inner, string outer) =>
        inner.Equals(outer, Comparison) || inner.StartsWith(outer.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, Comparison);

    private static StringComparison Comparison => OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
}
