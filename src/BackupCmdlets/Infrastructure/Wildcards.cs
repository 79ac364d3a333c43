using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Selects by name as PowerShell users expect: a pattern that matches nothing is silent, a plain name that is missing is an error.</summary>
internal static class Wildcards
{
    /// <summary>The items whose name matches.</summary>
    /// <param name="items">All items.</param>
    /// <param name="nameOf">The name of an item.</param>
    /// <param name="pattern">The name or pattern.</param>
    /// <param name="get">Gets the item of a plain name; throws the failure that tells it is missing.</param>
    public static IReadOnlyList<T> Select<T>(IEnumerable<T> items, Func<T, string> nameOf, string pattern, Func<string, T> get)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(pattern))
        {
            return [get(pattern)];
        }
        var matcher = WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase);
        return [.. items.Where(item => matcher.IsMatch(nameOf(item)))];
    }
}
