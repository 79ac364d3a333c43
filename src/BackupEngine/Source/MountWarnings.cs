using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>
/// Says what is mounted inside a folder that is backed up. Its content goes into the backup, but the folder cannot be replaced by a restore as
/// long as it is mounted, which you should not learn on the day of the restore.
/// </summary>
internal static class MountWarnings
{
    /// <summary>A warning for each mount point.</summary>
    /// <param name="folder">The folder, without links on the way.</param>
    /// <param name="whose">Whose it is, for messages.</param>
    /// <param name="exclude">Patterns of what is left out.</param>
    public static IEnumerable<string> Find(string folder, string whose, IEnumerable<string> exclude)
    {
        var rules = new ExcludeRules(exclude);
        foreach (var point in MountTable.Read().ListBelow(folder))
        {
            yield return IsExcluded(rules, Path.GetRelativePath(folder, point), point)
                ? $"'{point}' is a mount point inside {whose}. It is excluded, so its content is not in the backup. Unmount it before a restore in "
                    + "place, which is refused while it is mounted."
                : $"'{point}' is a mount point inside {whose}. Its content is in the backup, but a restore in place is refused while it is mounted: "
                    + "unmount it before a restore, or exclude it and register its content as an app of its own.";
        }
    }

    private static bool IsExcluded(ExcludeRules rules, string relative, string point)
    {
        var parts = relative.Split('/');
        return Enumerable.Range(1, parts.Length).Any(count =>
            rules.IsExcluded(string.Join('/', parts[..count]), parts[count - 1], count < parts.Length || Directory.Exists(point)));
    }
}
