using CloudBackup.Formats;
using CloudBackup.Retention;

namespace CloudBackup.Backup;

/// <summary>
/// Compares an app's new backup with its earlier ones: a source that has become empty, or nearly so, is more often a lost disk or a mistake
/// than the truth. The backup is right all the same, so this only warns.
/// </summary>
internal static class SourceLossCheck
{
    /// <summary>Below so many entries before, losing most of them is everyday life.</summary>
    private const long FewestEntries = 20;

    /// <summary>Below so many bytes before, the same.</summary>
    private const long FewestBytes = 64 * 1024;

    /// <summary>What is left of ten parts when nine are lost.</summary>
    private const int Parts = 10;

    /// <summary>The warning about a backup; null when nothing is remarkable.</summary>
    /// <param name="backup">The new backup.</param>
    /// <param name="app">The app.</param>
    /// <param name="earlier">The app's earlier backups, on all sites.</param>
    public static string? Find(AppBackup backup, BackupApp app, IEnumerable<AppBackup> earlier)
    {
        var ready = earlier.Where(other => other.State == BackupState.Ready && other.Id != backup.Id).ToList().TrustedOrAll()
            .OrderByDescending(other => other.Created).ToList();
        // A backup without files is no measure for the next one: an app that stays empty is warned of each time.
        var isEmpty = ContentOf(backup) == 0;
        if ((isEmpty ? ready.Find(other => ContentOf(other) > 0) : ready.FirstOrDefault()) is not { } before)
        {
            return null;
        }
        if (isEmpty)
        {
            return $"The data directory of {app.Location} is empty: 0 files now, {ContentOf(before)} in the backup {before.Id}. {WayOut(app)}";
        }
        var (files, filesBefore) = (ContentOf(backup), ContentOf(before));
        if (filesBefore >= FewestEntries && files < filesBefore / Parts)
        {
            return $"{app.Location} has lost most of its files: {files} now, {filesBefore} in the backup {before.Id}. {WayOut(app)}";
        }
        return before.SourceSize >= FewestBytes && backup.SourceSize < before.SourceSize / Parts
            ? $"{app.Location} has lost most of its data: {backup.SourceSize} bytes now, {before.SourceSize} in the backup {before.Id}. {WayOut(app)}"
            : null;
    }

    private static string WayOut(BackupApp app) =>
        $"If that is not intended, check '{app.DataDirectory}' and its mounts, and keep older backups with Set-AppBackup -Preserve.";

    /// <summary>Entries below the data directory: all but the configuration, the directory itself, and the format's own.</summary>
    private static long ContentOf(AppBackup backup) => Math.Max(0, backup.FileCount - 2 - BackupFormats.FactsOf(backup.Format).OwnEntries);
}
