namespace CloudBackup.Tests.Import;

/// <summary>What a tree is after entries were unpacked one after the other, each in the place of an earlier one of its name.</summary>
internal sealed class TreeModel
{
    private readonly SortedDictionary<string, string> _entries = new(StringComparer.Ordinal) { ["data/first"] = "=first" };

    /// <summary>Takes an entry; false for one that would lie in something else than a folder.</summary>
    public bool Take(string path, char type, string value)
    {
        var above = new List<string>();
        for (var parent = Path.GetDirectoryName(path)!; parent != "data"; parent = Path.GetDirectoryName(parent)!)
        {
            above.Add(parent);
        }
        if (above.Any(parent => _entries.TryGetValue(parent, out var entry) && entry != "/"))
        {
            return false;
        }
        above.ForEach(parent => _entries[parent] = "/");
        if (type != '5')
        {
            foreach (var below in _entries.Keys.Where(key => key.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
            {
                _entries.Remove(below);
            }
        }
        _entries[path] = type switch { '0' => $"={value}", '1' => "=first", '2' => $"->to{value}", _ => "/" };
        return true;
    }

    /// <summary>The tree, line by line.</summary>
    public IEnumerable<string> Describe() => [.. _entries.Select(entry => entry.Key["data/".Length..] + entry.Value).Order(StringComparer.Ordinal)];

    /// <summary>A tree on the disk, line by line.</summary>
    public static IEnumerable<string> Describe(string folder) => [.. new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)

        .Select(entry => Path.GetRelativePath(folder, entry.FullName) + ValueOf(entry)).Order(StringComparer.Ordinal)];

    private static string ValueOf(FileSystemInfo entry) => entry.LinkTarget is { } target ? $"->{target}"
        : entry is DirectoryInfo ? "/" : $"={File.ReadAllText(entry.FullName)}";
}
