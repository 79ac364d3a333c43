using CloudBackup.Platform;

namespace CloudBackup.Sites;

/// <summary>Writes what another platform needs to read a site's backups, except secrets (I7).</summary>
internal sealed class SiteExporter(EngineContext context, SiteStorage storages)
{
    /// <summary>Writes a site's settings, and which of its backups is meant, to a file.</summary>
    /// <exception cref="BackupException">There is no such site or backup, the backup cannot be restored, or the file cannot be written.</exception>
    public FileInfo Run(string? siteName, string? backupId, string path, bool mayReplace)
    {
        var backup = backupId is null ? null : Find(backupId);
        var site = storages.Resolve(siteName ?? backup?.Site);
        if (backup is not null && !string.Equals(backup.Site, site.Name, StringComparison.OrdinalIgnoreCase))
        {
            throw BackupErrors.BackupOnOtherSite(backup.Id, backup.Site, site.Name);
        }
        var export = new SiteExport
        {
            Site = site with { KeyId = null },
            Encrypted = backup?.Encrypted ?? site.Encrypted,
            BackupId = backup?.Id,
            RemotePath = backup?.RemotePath,
            Version = backup?.Version,
        };
        export.Write(path, mayReplace, context.Time);
        return new FileInfo(path);
    }

    private SiteBackup Find(string id)
    {
        var backup = context.Backups.Find(id)?.Backup ?? throw BackupErrors.BackupNotFound(id);
        backup.RequireData();
        return backup;
    }
}
