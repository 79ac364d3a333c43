namespace CloudBackup.Platform;

/// <summary>The folders that belong to a platform besides its home.</summary>
internal static class ExtraDirectories
{
    private const string Root = "extra";

    /// <summary>Where a folder stands in the platform's backup: <c>/var/mail</c> becomes <c>extra/var/mail</c>.</summary>
    public static string PathInBackup(string directory) =>
        string.Join('/', directory.Split(['/', '\\', ':'], StringSplitOptions.RemoveEmptyEntries).Prepend(Root));

    /// <summary>Refuses folders that overlap each other, the home, or the data of an app, which has backups of its own.</summary>
    /// <exception cref="BackupException">Two overlap.</exception>
    public static void Check(IReadOnlyList<string> directories, string home, IEnumerable<BackupApp> apps)
    {
        List<(string Path, string Whose)> others =
        [
            .. directories.Select(path => (path, "another extra directory")), (home, "the platform home"),
            .. apps.Select(app => (app.DataDirectory, $"the data directory of {app.Location}")),
        ];
        for (var i = 0; i < directories.Count; i++)
        {
            var index = others.FindIndex(i + 1, other => PathsOverlap(directories[i], other.Path));
            if (index >= 0)
            {
                throw BackupErrors.ExtraDirectoryOverlaps(directories[i], others[index].Path, others[index].Whose);
            }
        }
    }

    /// <summary>Whether one of two folders is the other, or inside it.</summary>
    public static bool PathsOverlap(string one, string other) => IsInside(one, other) || IsInside(other, one);

    private static bool IsInside(string inner, string outer) =>
        inner.Equals(outer, Comparison) || inner.StartsWith(outer.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, Comparison);

    private static StringComparison Comparison => OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
}
