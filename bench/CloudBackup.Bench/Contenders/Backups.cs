using CloudBackup.Bench.DataSets;

namespace CloudBackup.Bench.Contenders;

/// <summary>Backups by us, ready to be compared.</summary>
internal static class Backups
{
    /// <summary>A first backup to a folder, by the engine and by the cmdlet.</summary>
    /// <param name="adapt">Changes the site; null for its defaults.</param>
    /// <param name="secrets">The site's secrets; null for none.</param>
    public static IEnumerable<Contender> ToFileSystem(Func<BackupSite, BackupSite>? adapt = null, SiteSecrets? secrets = null) => Ours.Both(
        place => Ours.Backup(place.Folder),
        place => Ours.HostBackup(place.Folder),
        contender => contender with
        {
            Prepare = place => Ours.PrepareAsync(place.Folder, place.Data, adapt, secrets),
            StoredBytes = place => FolderFacts.Of(place[Ours.Store]).Bytes,
        });
}
