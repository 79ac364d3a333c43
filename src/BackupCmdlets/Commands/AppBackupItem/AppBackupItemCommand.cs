using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>A cmdlet for items inside a backup.</summary>
public abstract class AppBackupItemCommand : EngineCommand
{
    /// <summary>Turns names and patterns into filters.</summary>
    internal static List<BackupItemFilter> FiltersOf(IEnumerable<string> paths) => [.. paths.Select(path =>
    {
        if (!WildcardPattern.ContainsWildcardCharacters(path))
        {
            return BackupItemFilter.Named(path);
        }
        var pattern = WildcardPattern.Get(path, WildcardOptions.None);
        return BackupItemFilter.Matching(path, pattern.IsMatch);
    })];
}
