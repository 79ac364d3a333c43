using System.Globalization;

namespace CloudBackup.FileTree;

/// <summary>Numbers of this machine's users and groups by their names, as its files have them.</summary>
internal static class LocalAccounts
{
    private static readonly Lazy<Dictionary<string, uint>> Users = new(() => Read("/etc/passwd"));
    private static readonly Lazy<Dictionary<string, uint>> Groups = new(() => Read("/etc/group"));

    /// <summary>The number of a user; null when there is no such user.</summary>
    public static uint? FindUser(string name) => Users.Value.TryGetValue(name, out var id) ? id : null;

    /// <summary>The number of a group; null when there is no such group.</summary>
    public static uint? FindGroup(string name) => Groups.Value.TryGetValue(name, out var id) ? id : null;

    private static Dictionary<string, uint> Read(string path)
    {
        var found = new Dictionary<string, uint>(StringComparer.Ordinal);
        foreach (var fields in File.Exists(path) ? File.ReadLines(path).Select(line => line.Split(':')) : [])
        {
            if (fields.Length > 2 && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                found.TryAdd(fields[0], id);
            }
        }
        return found;
    }
}
