using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>One line of a <c>.gitignore</c>.</summary>
internal sealed class ExcludePattern
{
    private readonly Glob _glob;
    private readonly bool _isAnchored;
    private readonly bool _directoriesOnly;

    private ExcludePattern(Glob glob, bool isNegated, bool isAnchored, bool directoriesOnly)
    {
        _glob = glob;
        IsNegated = isNegated;
        _isAnchored = isAnchored;
        _directoriesOnly = directoriesOnly;
    }

    /// <summary>Whether the pattern takes back in what an earlier one left out.</summary>
    public bool IsNegated { get; }

    /// <summary>Reads one line; null when it says nothing.</summary>
    public static ExcludePattern? TryParse(string line)
    {
        var text = TrimTrailingSpaces(TrimLineEnd(line));
        if (text.Length == 0 || text[0] == '#')
        {
            return null;
        }
        var isNegated = text[0] == '!';
        if (isNegated)
        {
            text = text[1..];
        }
        var directoriesOnly = text.EndsWith('/');
        if (directoriesOnly)
        {
            text = text[..^1];
        }
        // A slash at the start or in the middle ties the pattern to the top; without one it matches names at every level.
        var isAnchored = text.Contains('/');
        text = text.StartsWith('/') ? text[1..] : text;
        return text.Length == 0 ? null : new ExcludePattern(new Glob(PathText.ToBytes(text)), isNegated, isAnchored, directoriesOnly);
    }

    /// <summary>Whether the pattern speaks of the entry.</summary>
    /// <param name="path">The bytes of its path.</param>
    /// <param name="nameStart">Where its last part begins.</param>
    /// <param name="isDirectory">Whether it is a folder.</param>
    public bool Matches(ReadOnlySpan<byte> path, int nameStart, bool isDirectory) =>
        (isDirectory || !_directoriesOnly) && _glob.IsMatch(_isAnchored ? path : path[nameStart..]);

    private static string TrimLineEnd(string line)
    {
        var text = line.EndsWith('\n') ? line[..^1] : line;
        return text.EndsWith('\r') ? text[..^1] : text;
    }

    /// <summary>Spaces at the end go, except one that a backslash takes literally.</summary>
    private static string TrimTrailingSpaces(string line)
    {
        var end = 0;
        for (var at = 0; at < line.Length; at++)
        {
            if (line[at] == '\\')
            {
                at++;
                end = at + 1;
            }
            else if (line[at] != ' ')
            {
                end = at + 1;
            }
        }
        return line[..Math.Min(end, line.Length)];
    }
}
