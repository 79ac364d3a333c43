using System.Collections;

namespace CloudBackup.Source;

/// <summary>
/// A bracket expression of a glob, such as <c>[a-z]</c>, <c>[!abc]</c> or <c>[[:digit:]_]</c>, over bytes. Read as git's wildmatch reads it,
/// oddities included: what follows a range is a plain hyphen, and <c>[:</c> without <c>:]</c> are two plain characters.
/// </summary>
internal static class CharacterClass
{
    /// <summary>
    /// Reads the expression that begins at <paramref name="at"/> and moves behind it. Null when it has no end or names an unknown class: the
    /// whole pattern then matches nothing.
    /// </summary>
    public static BitArray? TryParse(ReadOnlySpan<byte> pattern, ref int at)
    {
        var set = new BitArray(256);
        at++;
        var isNegated = ByteAt(pattern, at) is (byte)'!' or (byte)'^';
        at += isNegated ? 1 : 0;
        byte previous = 0;
        for (var isFirst = true; isFirst || ByteAt(pattern, at) != ']'; isFirst = false, at++)
        {
            if (!TryTake(pattern, ref at, set, ref previous))
            {
                return null;
            }
        }
        at++;
        set = isNegated ? set.Not() : set;
        set['/'] = false; // a class never leaves its part of the path
        return set;
    }

    /// <summary>Takes one member and leaves <paramref name="at"/> on its last byte.</summary>
    private static bool TryTake(ReadOnlySpan<byte> pattern, ref int at, BitArray set, ref byte previous)
    {
        var value = ByteAt(pattern, at);
        if (value == '\\')
        {
            value = ByteAt(pattern, ++at);
        }
        else if (value == '-' && previous != 0 && ByteAt(pattern, at + 1) is not (0 or (byte)']'))
        {
            return TryTakeRange(pattern, ref at, set, ref previous);
        }
        else if (value == '[' && ByteAt(pattern, at + 1) == ':')
        {
            var start = at + 2;
            var length = start <= pattern.Length ? pattern[start..].IndexOf((byte)']') : -1;
            if (length < 0)
            {
                return false;
            }
            if (length > 0 && pattern[start + length - 1] == ':')
            {
                (at, previous) = (start + length, 0);
                return TryAddNamed(pattern.Slice(start, length - 1), set);
            }
        }
        if (value == 0)
        {
            return false;
        }
        set[value] = true;
        previous = value;
        return true;
    }

    private static bool TryTakeRange(ReadOnlySpan<byte> pattern, ref int at, BitArray set, ref byte previous)
    {
        var high = ByteAt(pattern, ++at);
        high = high == '\\' ? ByteAt(pattern, ++at) : high;
        for (int value = previous; value <= high; value++)
        {
            set[value] = true;
        }
        previous = 0;
        return high != 0;
    }

    private static bool TryAddNamed(ReadOnlySpan<byte> name, BitArray set)
    {
        if (NamedTest(name) is not { } isMember)
        {
            return false;
        }
        for (var value = 0; value < 128; value++)
        {
            set[value] |= isMember((char)value);
        }
        return true;
    }

    private static Func<char, bool>? NamedTest(ReadOnlySpan<byte> name) => System.Text.Encoding.Latin1.GetString(name) switch
    {
        "alnum" => char.IsAsciiLetterOrDigit,
        "alpha" => char.IsAsciiLetter,
        "blank" => value => value is ' ' or '\t',
        "cntrl" => value => value is < ' ' or (char)127,
        "digit" => char.IsAsciiDigit,
        "graph" => value => value is > ' ' and < (char)127,
        "lower" => char.IsAsciiLetterLower,
        "print" => value => value is >= ' ' and < (char)127,
        "punct" => value => value is > ' ' and < (char)127 && !char.IsAsciiLetterOrDigit(value),
        "space" => value => value is ' ' or '\t' or '\n' or '\r', // git's own: without vertical tab and form feed
        "upper" => char.IsAsciiLetterUpper,
        "xdigit" => char.IsAsciiHexDigit,
        _ => null,
    };

    /// <summary>The byte there; 0 behind the end, as names and patterns have none.</summary>
    private static byte ByteAt(ReadOnlySpan<byte> pattern, int at) => at < pattern.Length ? pattern[at] : (byte)0;
}
