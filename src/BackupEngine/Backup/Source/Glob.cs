namespace CloudBackup.Backup.Source;

/// <summary>
/// Path globs as git understands them: <c>*</c> and <c>?</c> never match a slash, <c>**</c> as a whole part matches any number of parts,
/// <c>[a-z]</c>, <c>[!a-z]</c> and <c>[[:digit:]]</c> match one character, and a backslash takes the next character literally.
/// </summary>
internal static class Glob
{
    /// <summary>Whether the whole of <paramref name="text"/> matches.</summary>
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text) => IsMatch(pattern, text, atPartStart: true);

    private static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool atPartStart)
    {
        while (!pattern.IsEmpty)
        {
            if (pattern[0] == '*')
            {
                return MatchStar(pattern, text, atPartStart);
            }
            if (text.IsEmpty || !TryMatchOne(pattern, text[0], out var length))
            {
                return false;
            }
            atPartStart = text[0] == '/';
            pattern = pattern[length..];
            text = text[1..];
        }
        return text.IsEmpty;
    }

    private static bool TryMatchOne(ReadOnlySpan<char> pattern, char value, out int length)
    {
        switch (pattern[0])
        {
            case '?':
                length = 1;
                return value != '/';
            case '[':
                return CharacterClass.TryMatch(pattern, value, out length);
            case '\\':
                length = 2;
                return pattern.Length > 1 && pattern[1] == value;
            default:
                length = 1;
                return pattern[0] == value;
        }
    }

    private static bool MatchStar(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool atPartStart)
    {
        var rest = pattern.TrimStart('*');
        var isDouble = atPartStart && pattern.Length - rest.Length >= 2;
        if (isDouble && rest.IsEmpty)
        {
            return !text.IsEmpty; // "a/**" is everything inside a, not a itself
        }
        if (isDouble && rest[0] == '/')
        {
            return MatchAtEveryPart(rest[1..], text);
        }
        for (var i = 0; ; i++)
        {
            if (IsMatch(rest, text[i..], atPartStart: false))
            {
                return true;
            }
            if (i == text.Length || text[i] == '/')
            {
                return false;
            }
        }
    }

    private static bool MatchAtEveryPart(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        while (true)
        {
            if (IsMatch(pattern, text, atPartStart: true))
            {
                return true;
            }
            var slash = text.IndexOf('/');
            if (slash < 0)
            {
                return false;
            }
            text = text[(slash + 1)..];
        }
    }
}
