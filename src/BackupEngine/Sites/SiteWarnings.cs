using CloudBackup.FileTree;
using CloudBackup.Formats;
using CloudBackup.Platform;
using CloudBackup.Storage;

namespace CloudBackup.Sites;

/// <summary>What is wrong with a site although it works.</summary>
internal static class SiteWarnings
{
    /// <summary>The warnings for a site.</summary>
    public static IEnumerable<string> For(BackupSite site, PlatformHome home)
    {
        switch (site.Settings)
        {
            case NoopSettings:
                yield return $"The site {site.Name} keeps nothing: there will be no backups, and an update cannot be undone.";
                break;
            case { LocalFolder: { } folder, IsOnOtherDisk: false } when IsSameDisk(folder, home.Path):
                yield return $"The site {site.Name} is on the same disk as the server: if it breaks, data and backups are lost together. "
                    + "Use a disk or share of its own, and say so with -ExternalDisk.";
                break;
        }
    }

    /// <summary>The warnings for a site's format on its storage.</summary>
    public static IEnumerable<string> ForFormat(BackupSite site, IBackupStorage storage)
    {
        if (BackupFormats.FactsOf(site.Format).SharesObjects && storage.Capabilities.KeepsData && !storage.CopiesByItself())
        {
            yield return $"The storage of the site {site.Name} can neither link nor copy its objects by itself: with the format rsync every backup "
                + "uploads all files again. The format tgz takes less time and room there.";
        }
    }

    /// <summary>The warnings for a backup of the platform on a site.</summary>
    public static IEnumerable<string> ForPlatform(BackupSite site, IReadOnlyList<string> extraDirectories)
    {
        if (!site.Encrypted && extraDirectories.Count > 0)
        {
            yield return $"The site {site.Name} is not encrypted: anyone who can read it reads everything in {string.Join(", ", extraDirectories)}, such "
                + "as the keys of certificates. Encrypt it with Set-BackupSite -Password.";
        }
    }

    private static bool IsSameDisk(string path, string homePath)
    {
        try
        {
            using var place = LocalFileSystem.Open(path);
            using var home = LocalFileSystem.Open(homePath);
            return place.ReadFacts().Device == home.ReadFacts().Device;
        }
        catch (FileTreeException)
        {
            return false; // the probe says what is wrong
        }
    }
}
