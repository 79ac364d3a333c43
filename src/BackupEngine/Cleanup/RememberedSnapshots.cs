using CloudBackup.Platform;

namespace CloudBackup.Cleanup;

/// <summary>What this machine remembers of the snapshots on a site: files that begin with the app's id.</summary>
internal static class RememberedSnapshots
{
    /// <summary>The names of all files for a site.</summary>
    public static IEnumerable<string> Names(PlatformHome home, BackupSite site)
    {
        var folder = home.SyncFolder(site.Name);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Select(Path.GetFileName).OfType<string>() : [];
    }

    /// <summary>The app that a file, or an object beside the snapshots, is about: its name up to the first dot; null when that is no id.</summary>
    public static Guid? AppOf(string name) => Guid.TryParseExact(name.Split('.')[0], "D", out var id) ? id : null;

    /// <summary>Forgets an app's snapshot on a site.</summary>
    public static void Forget(PlatformHome home, BackupSite site, Guid appId)
    {
        foreach (var name in Names(home, site).Where(name => AppOf(name) == appId))
        {
            File.Delete(Path.Join(home.SyncFolder(site.Name), name));
        }
    }
}
