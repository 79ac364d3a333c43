using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace CloudBackup.Storage.Remote;

/// <summary>
/// Watches that a list in pages gets on: a store that repeats pages would be read for ever. Needs no order of names, and the same memory for
/// a list of any length. A store that makes up new names for ever is stopped after more pages than any list of ours has.
/// </summary>
/// <param name="mostPages">The pages after which a list that goes on is taken for nonsense.</param>
internal sealed class ListProgress(int mostPages = ListProgress.MostOfTree)
{
    /// <summary>Pages of a list of one level: five million entries when they are full. That many backups no site holds.</summary>
    public const int MostOfLevel = 5_000;

    /// <summary>Pages of a list of all below a folder: a hundred million objects when they are full.</summary>
    public const int MostOfTree = 100_000;

    private readonly CircleWatch _places = new();
    private readonly CircleWatch _pages = new();
    private HashSet<string> _last = new(StringComparer.Ordinal);

    /// <summary>The pages so far.</summary>
    public int Pages { get; private set; }

    /// <summary>Takes a page, and returns why the list does not get on; null when it does.</summary>
    /// <param name="names">What the page shows: folders with a slash behind, so that an object of the same name is another one.</param>
    /// <param name="next">The token of the next page; null at the end.</param>
    /// <param name="isLast">Whether this is the last page.</param>
    /// <param name="mayShare">A name that the page may share with the one before.</param>
    public string? Add(IReadOnlyList<string> names, string? next, bool isLast, string? mayShare = null)
    {
        if (names.Any(name => name != mayShare && _last.Contains(name))
            || (names.Count > 0 && !_pages.Add(Hash(names[0], Hash(names[^1], names.Count)))))
        {
            return "the listing repeats a page";
        }
        _last = new HashSet<string>(names, StringComparer.Ordinal);
        Pages++;
        return isLast ? null
            : string.IsNullOrEmpty(next) ? "the listing is truncated, but has no continuation token"
            : Pages >= mostPages ? $"the listing goes on after {Pages} pages"
            : _places.Add(Hash(next, 0)) ? null
            : "the listing repeats a continuation token";
    }

    private static long Hash(string text, long seed) => (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()), seed);

    /// <summary>
    /// Finds that a sequence runs in a circle: a short one at once, by the last values; a long one after a few rounds (Brent's algorithm), by
    /// one value that is replaced by a later one each time that the sequence has doubled.
    /// </summary>
    private sealed class CircleWatch
    {
        private readonly long[] _recent = new long[64];
        private long _count;
        private long _mark;
        private long _nextMark = 1;

        /// <summary>Takes a value; false when it was there before.</summary>
        public bool Add(long value)
        {
            var known = (int)Math.Min(_count, _recent.Length);
            if ((_count > 0 && value == _mark) || _recent.AsSpan(0, known).Contains(value))
            {
                return false;
            }
            _recent[_count++ % _recent.Length] = value;
            if (_count == _nextMark)
            {
                _mark = value;
                _nextMark *= 2;
            }
            return true;
        }
    }
}
