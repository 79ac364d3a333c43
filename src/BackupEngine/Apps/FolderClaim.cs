using CloudBackup.Catalog;
using CloudBackup.FileTree;
using CloudBackup.Platform;

namespace CloudBackup.Apps;

/// <summary>
/// A folder that something is backed up from, or to. Two must not contain each other: what is restored into one would replace the other.
/// </summary>
/// <param name="Path">The folder, as it was named.</param>
/// <param name="Whose">Whose it is, for messages.</param>
internal sealed record FolderClaim(string Path, string Whose)
{
    /// <summary>The folder without links on the way, as it was resolved once.</summary>
    public string Resolved { get; init; } = RealPath.Of(Path);

    /// <summary>An app's data.</summary>
    public static FolderClaim Of(BackupApp app) => new(app.DataDirectory, $"the data directory of {app.Location}") { Resolved = AppFolder.PathOf(app) };

    /// <summary>The platform's home.</summary>
    public static FolderClaim Of(PlatformHome home) => new(home.Path, "the platform home");

    /// <summary>A folder that belongs to the platform besides its home.</summary>
    public static FolderClaim OfExtraDirectory(string path) => new(path, "an extra directory of the platform");

    /// <summary>The folders of those sites that keep their backups on this machine.</summary>
    public static IEnumerable<FolderClaim> Of(IEnumerable<BackupSite> sites) =>
        from site in sites
        let folder = site.Settings.LocalFolder
        where folder is not null
        select new FolderClaim(System.IO.Path.Join(folder, site.Prefix), $"the storage of the site {site.Name}");

    /// <summary>The refusal of this folder as a data directory.</summary>
    public BackupException Taken(FolderClaim other) => BackupErrors.DataDirectoryTaken(Path, Whose, other.Path, other.Whose);

    /// <summary>The first of the others that contains this folder, or is inside it, whatever links lead there; null when none does.</summary>
    public FolderClaim? FindOverlap(IEnumerable<FolderClaim> others) =>
        others.FirstOrDefault(other => RealPath.Overlap(Resolved, other.Resolved));

    /// <summary>The first folder that each folder overlaps with: one that comes after it, or one of the others.</summary>
    public static IEnumerable<(FolderClaim Claim, FolderClaim Other)> FindOverlaps(IEnumerable<FolderClaim> claims, IEnumerable<FolderClaim> others)
    {
        List<FolderClaim> own = [.. claims];
        List<FolderClaim> all = [.. own, .. others];
        return from number in Enumerable.Range(0, own.Count)
               let other = all[number].FindOverlap(all.Skip(number + 1))
               where other is not null
               select (all[number], other);
    }

    /// <summary>Refuses to give a folder away while apps or sites that may claim it are not known.</summary>
    /// <exception cref="BackupException">A row of the catalog cannot be read.</exception>
    public static void RequireRows(EngineContext context, string operation) =>
        UnreadableRow.RequireNone(context.Apps.ListUnreadable().Concat(context.Sites.ListUnreadable()), operation);

    /// <summary>Refuses a data directory that overlaps anything else that the platform knows.</summary>
    /// <exception cref="BackupException">It does.</exception>
    /// <param name="context">The platform.</param>
    /// <param name="app">The app.</param>
    /// <param name="path">Its data directory without links on the way.</param>
    public static void CheckDataDirectory(EngineContext context, BackupApp app, string path)
    {
        RequireRows(context, "check of the data directory");
        CheckOverlap(context, app, path);
    }

    /// <summary>The same, of the apps and sites whose rows can be read.</summary>
    /// <exception cref="BackupException">It overlaps one of them.</exception>
    public static void CheckOverlap(EngineContext context, BackupApp app, string path)
    {
        var claim = Of(app) with { Resolved = path };
        List<FolderClaim> others =
        [
            Of(context.Home),
            .. context.Apps.List().Where(other => other.Id != app.Id).Select(Of),
            .. context.Platform.Get().ExtraDirectories.Select(OfExtraDirectory),
            .. Of(context.Sites.List()),
        ];
        if (claim.FindOverlap(others) is { } other)
        {
            throw claim.Taken(other);
        }
    }
}
