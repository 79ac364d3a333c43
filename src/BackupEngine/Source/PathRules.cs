using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>Which paths a backup may hold: those that a restore takes.</summary>
internal static class PathRules
{
    private const int LongestName = 255;
    private const int LongestPath = 64 * 1024;

    /// <summary>Why an entry of this path must not be restored; null when it may.</summary>
    public static string? FindFault(string path)
    {
        if (path.Length > LongestPath)
        {
            return $"its path has {path.Length} characters, and {LongestPath} are the most";
        }
        if (!IsInside(path))
        {
            return "its path leads out of the backup";
        }
        return HasLongName(path) ? "a name in its path is longer than any file system takes" : null;
    }

    private static bool HasLongName(string path)
    {
        if (path.Length <= LongestName / 3)
        {
            return false; // a unit takes three bytes at most
        }
        foreach (var part in path.AsSpan().Split('/'))
        {
            if (PathText.CountBytes(path[part]) > LongestName)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether a path stays inside the folder that it is relative to.</summary>
    public static bool IsInside(string path)
    {
        if (path.Length is 0 or > LongestPath || path.Contains('\0'))
        {
            return false;
        }
        foreach (var part in path.AsSpan().Split('/'))
        {
            if (path.AsSpan(part) is "" or "." or "..")
            {
                return false;
            }
        }
        return true;
    }
}
