using System.Buffers;
using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>
/// Patterns of what is left out, with the meaning they have in a <c>.gitignore</c> at the top of the data directory (source: gitignore(5)):
/// the last pattern that matches decides, <c>!</c> takes back in, and what is below a folder that is left out is not looked at.
/// </summary>
internal sealed class ExcludeRules
{
    private readonly ExcludePattern[] _patterns;
    private readonly HashSet<string> _exact;
    private readonly Func<string, bool> _isOurs;
    private readonly HashSet<string> _ways;

    /// <summary>The folders that are kept for what is below them, although they are left out: nothing else in them is kept.</summary>
    private readonly HashSet<string> _hollow = new(StringComparer.Ordinal);

    /// <summary>Reads the patterns; blank ones and comments are ignored.</summary>
    /// <param name="patterns">The user's patterns.</param>
    /// <param name="exact">Paths relative to the data directory that are left out whatever the patterns say.</param>
    /// <param name="isOurs">Says of a folder's name whether it is left out wherever it is.</param>
    /// <param name="ways">
    /// Folders that are kept whatever the patterns say, each with the folders above it; what is in them is left out with them all the same.
    /// </param>
    public ExcludeRules(
        IEnumerable<string> patterns, IEnumerable<string>? exact = null, Func<string, bool>? isOurs = null, IEnumerable<string>? ways = null)
    {
        _isOurs = isOurs ?? (_ => false);
        _patterns = [.. patterns.Select(ExcludePattern.TryParse).OfType<ExcludePattern>()];
        _exact = new HashSet<string>(exact ?? [], StringComparer.Ordinal);
        _ways = new HashSet<string>(ways ?? [], StringComparer.Ordinal);
        foreach (var way in _ways.OrderBy(way => way.Length))
        {
            if (_hollow.Contains(FolderOf(way)) || MatchesPatterns(way, isDirectory: true))
            {
                _hollow.Add(way);
            }
        }
    }

    /// <summary>Whether the entry is left out.</summary>
    /// <param name="path">Its path relative to the data directory.</param>
    /// <param name="name">The last part of the path.</param>
    /// <param name="isDirectory">Whether it is a folder.</param>
    public bool IsExcluded(string path, string name, bool isDirectory)
    {
        if ((_exact.Count > 0 && _exact.Contains(path)) || (isDirectory && _isOurs(name)))
        {
            return true;
        }
        if (isDirectory && _ways.Contains(path))
        {
            return false;
        }
        return (_hollow.Count > 0 && _hollow.Contains(FolderOf(path))) || MatchesPatterns(path, isDirectory);
    }

    private static string FolderOf(string path) => path[..Math.Max(0, path.LastIndexOf('/'))];

    private bool MatchesPatterns(string path, bool isDirectory)
    {
        if (_patterns.Length == 0)
        {
            return false;
        }
        // A character is three bytes at most; a pair of surrogates is four.
        var rented = ArrayPool<byte>.Shared.Rent(3 * path.Length);
        try
        {
            var length = PathText.Encode(path, rented);
            return IsExcluded(rented.AsSpan(0, length), isDirectory);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private bool IsExcluded(ReadOnlySpan<byte> path, bool isDirectory)
    {
        var nameStart = path.LastIndexOf((byte)'/') + 1;
        for (var i = _patterns.Length - 1; i >= 0; i--)
        {
            if (_patterns[i].Matches(path, nameStart, isDirectory))
            {
                return !_patterns[i].IsNegated;
            }
        }
        return false;
    }
}
