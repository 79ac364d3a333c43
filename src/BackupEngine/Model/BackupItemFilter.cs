namespace CloudBackup;

/// <summary>Selects items of a backup by their paths. A folder stands for everything in it.</summary>
public sealed class BackupItemFilter
{
    private readonly Func<string, bool> _isMatch;

    private BackupItemFilter(string text, bool isName, Func<string, bool> isMatch)
    {
        Text = text;
        IsName = isName;
        _isMatch = isMatch;
    }

    /// <summary>The name or pattern, for messages.</summary>
    public string Text { get; }

    /// <summary>Whether it names one item, which must be there.</summary>
    public bool IsName { get; }

    /// <summary>Everything.</summary>
    public static BackupItemFilter All { get; } = new("*", isName: false, _ => true);

    /// <summary>The item of this path.</summary>
    public static BackupItemFilter Named(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = path.TrimEnd('/');
        return new BackupItemFilter(name, isName: true, candidate => candidate == name);
    }

    /// <summary>Items whose path a pattern matches.</summary>
    public static BackupItemFilter Matching(string pattern, Func<string, bool> isMatch)
    {
        ArgumentNullException.ThrowIfNull(isMatch);
        return new BackupItemFilter(pattern, isName: false, isMatch);
    }

    /// <summary>This very item.</summary>
    public static BackupItemFilter Of(BackupItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return Named(item.RawPath.Length > 0 ? item.RawPath : item.Path);
    }

    /// <summary>Whether the path of an item, as it is shown, is meant.</summary>
    internal bool Matches(string path) => _isMatch(path);
}
