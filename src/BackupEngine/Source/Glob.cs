using System.Buffers;
using System.Collections;

namespace CloudBackup.Source;

/// <summary>
/// A path glob as git's wildmatch understands it, over bytes: <c>*</c> and <c>?</c> never match a slash, <c>**</c> as a whole part matches any
/// number of parts, <c>[a-z]</c>, <c>[!a-z]</c> and <c>[[:digit:]]</c> match one byte, and a backslash takes the next byte literally. All ways to
/// match are followed side by side, so the work is at most pattern × text: names come from the users of an app. Thread-safe.
/// </summary>
internal sealed class Glob
{
    private const int LongestOnStack = 512;

    private readonly byte[] _prefix;
    private readonly List<Step> _steps = [];
    private readonly bool _matchesNothing;

    /// <summary>Reads a pattern.</summary>
    public Glob(ReadOnlySpan<byte> pattern)
    {
        var wild = pattern.IndexOfAny("*?[\\"u8);
        _prefix = pattern[..(wild < 0 ? pattern.Length : wild)].ToArray();
        // git compares the plain beginning by itself, so that "a**/b" is "a" and then "**/b".
        _matchesNothing = !TryRead(pattern[_prefix.Length..]);
    }

    private enum StepKind
    {
        Byte,
        AnyByte,
        Class,
        Star,
        StarStar,

        /// <summary>Matches nothing, and leads to the next step as well as behind the two that follow: the parts of <c>**/</c>.</summary>
        OptionalParts,
    }

    /// <summary>Whether the whole of <paramref name="text"/> matches.</summary>
    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        if (_matchesNothing || !text.StartsWith(_prefix))
        {
            return false;
        }
        text = text[_prefix.Length..];
        // Most patterns are a plain name, or a star and a plain ending.
        if (_steps.Count == 0)
        {
            return text.IsEmpty;
        }
        var states = _steps.Count + 1;
        var rented = states > LongestOnStack ? ArrayPool<bool>.Shared.Rent(2 * states) : null;
        var room = rented is null ? stackalloc bool[2 * LongestOnStack] : rented;
        var isMatch = Follow(text, room[..states], room.Slice(states, states));
        if (rented is not null)
        {
            ArrayPool<bool>.Shared.Return(rented);
        }
        return isMatch;
    }

    private bool Follow(ReadOnlySpan<byte> text, Span<bool> now, Span<bool> next)
    {
        now.Clear();
        now[0] = true;
        Spread(now);
        foreach (var value in text)
        {
            next.Clear();
            var isAlive = false;
            for (var i = now.IndexOf(true); i >= 0 && i < _steps.Count; i++)
            {
                if (now[i] && _steps[i].Accepts(value))
                {
                    next[_steps[i].IsLoop ? i : i + 1] = true;
                    isAlive = true;
                }
            }
            if (!isAlive)
            {
                return false;
            }
            Spread(next);
            var spare = now;
            now = next;
            next = spare;
        }
        return now[^1];
    }

    /// <summary>Adds the states that are reached without a byte; all of them lie further on.</summary>
    private void Spread(Span<bool> states)
    {
        for (var i = states.IndexOf(true); i >= 0 && i < _steps.Count; i++)
        {
            if (states[i] && _steps[i].IsLoop)
            {
                states[i + 1] = true;
            }
            else if (states[i] && _steps[i].Kind == StepKind.OptionalParts)
            {
                states[i + 1] = states[i + 3] = true;
            }
        }
    }

    private bool TryRead(ReadOnlySpan<byte> pattern)
    {
        for (var at = 0; at < pattern.Length;)
        {
            switch (pattern[at])
            {
                case (byte)'*':
                    ReadStars(pattern, ref at);
                    break;
                case (byte)'?':
                    _steps.Add(new Step(StepKind.AnyByte));
                    at++;
                    break;
                case (byte)'[':
                    if (CharacterClass.TryParse(pattern, ref at) is not { } set)
                    {
                        return false;
                    }
                    _steps.Add(new Step(StepKind.Class, Set: set));
                    break;
                case (byte)'\\' when ++at == pattern.Length:
                    return false;
                default:
                    _steps.Add(new Step(StepKind.Byte, pattern[at++]));
                    break;
            }
        }
        return true;
    }

    private void ReadStars(ReadOnlySpan<byte> pattern, ref int at)
    {
        var start = at;
        var rest = pattern[start..].TrimStart((byte)'*');
        at = pattern.Length - rest.Length;
        var isWholePart = (start == 0 || pattern[start - 1] == '/') && (rest.IsEmpty || rest[0] == '/' || rest.StartsWith("\\/"u8));
        if (at - start < 2 || !isWholePart)
        {
            _steps.Add(new Step(StepKind.Star));
            return;
        }
        if (rest.StartsWith("/"u8))
        {
            _steps.Add(new Step(StepKind.OptionalParts));
        }
        _steps.Add(new Step(StepKind.StarStar));
    }

    private readonly record struct Step(StepKind Kind, byte Value = 0, BitArray? Set = null)
    {
        public bool IsLoop => Kind is StepKind.Star or StepKind.StarStar;

        public bool Accepts(byte value) => Kind switch
        {
            StepKind.Byte => value == Value,
            StepKind.AnyByte or StepKind.Star => value != '/',
            StepKind.Class => Set![value],
            StepKind.StarStar => true,
            _ => false,
        };
    }
}
