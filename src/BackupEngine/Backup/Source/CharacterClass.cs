namespace CloudBackup.Backup.Source;

/// <summary>A bracket expression of a glob, such as <c>[a-z]</c>, <c>[!abc]</c> or <c>[[:digit:]_]</c>.</summary>
internal static class CharacterClass
{
    /// <summary>
    /// Matches one character against the expression at the start of <paramref name="pattern"/>; <paramref name="length"/> is the
    /// expression's length. An expression without its closing bracket matches nothing.
    /// </summary>
    public static bool TryMatch(ReadOnlySpan<char> pattern, char value, out int length)
    {
        length = 0;
        var at = 1;
        var negated = at < pattern.Length && pattern[at] is '!' or '^';
        if (negated)
        {
            at++;
        }
        var matched = false;
        for (var isFirst = true; ; isFirst = false)
        {
            if (at >= pattern.Length)
            {
                return false;
            }
            if (pattern[at] == ']' && !isFirst)
            {
                length = at + 1;
                return matched != negated && value != '/';
            }
            if (pattern[at..].StartsWith("[:") && pattern[at..].IndexOf(":]") is > 0 and var end)
            {
                matched |= IsNamed(pattern.Slice(at + 2, end - 2), value);
                at += end + 2;
                continue;
            }
            if (!TryTake(pattern, ref at, out var low))
            {
                return false;
            }
            var high = low;
            if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
            {
                at++;
                if (!TryTake(pattern, ref at, out high))
                {
                    return false;
                }
            }
            matched |= value >= low && value <= high;
        }
    }

    private static bool TryTake(ReadOnlySpan<char> pattern, ref int at, out char value)
    {
        if (pattern[at] == '\\')
        {
            at++;
        }
        value = at < pattern.Length ? pattern[at] : '\0';
        return at++ < pattern.Length;
    }

    private static bool IsNamed(ReadOnlySpan<char> name, char value) => name switch
    {
        "alnum" => char.IsAsciiLetterOrDigit(value),
        "alpha" => char.IsAsciiLetter(value),
        "blank" => value is ' ' or '\t',
        "cntrl" => value < ' ' || value == 127,
        "digit" => char.IsAsciiDigit(value),
        "graph" => value is > ' ' and < (char)127,
        "lower" => char.IsAsciiLetterLower(value),
        "print" => value is >= ' ' and < (char)127,
        "punct" => value is > ' ' and < (char)127 && !char.IsAsciiLetterOrDigit(value),
        "space" => value is ' ' or (>= '\t' and <= '\r'),
        "upper" => char.IsAsciiLetterUpper(value),
        "xdigit" => char.IsAsciiHexDigit(value),
        _ => false,
    };
}
