namespace CloudBackup.Backup.Source;

/// <summary>One line of a <c>.gitignore</c>.</summary>
internal sealed class ExcludePattern
{
    private readonly string _glob;
    private readonly bool _isAnchored;
    private readonly bool _directoriesOnly;

    private ExcludePattern(string glob, bool isNegated, bool isAnchored, bool directoriesOnly)
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
        var text = TrimTrailingSpaces(line);
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
        return text.Length == 0 ? null : new ExcludePattern(text, isNegated, isAnchored, directoriesOnly);
    }

    /// <summary>Whether the pattern speaks of the entry.</summary>
    public bool Matches(string path, string name, bool isDirectory) =>
        (isDirectory || !_directoriesOnly) && Glob.IsMatch(_glob, _isAnchored ? path : name);

    private static string TrimTrailingSpaces(string line)
    {
        var end = line.Length;
        while (end > 0 && line[end - 1] is ' ' or '\r' or '\n')
        {
            // A backslash keeps the space that follows it.
            if (line[end - 1] == ' ' && end > 1 && CountBackslashesBefore(line, end - 1) % 2 == 1)
            {
                break;
            }
            end--;
        }
        return line[..end];
    }

    private static int CountBackslashesBefore(string line, int index)
    {
        var count = 0;
        while (index - count > 0 && line[index - count - 1] == '\\')
        {
            count++;
        }
        return count;
    }
}
