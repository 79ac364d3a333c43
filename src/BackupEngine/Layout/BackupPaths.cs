using CloudBackup.Storage;

namespace CloudBackup.Layout;

/// <summary>The paths of a backup's objects: those of an encrypted one end in <c>.enc</c>.</summary>
/// <param name="RemotePath">The path below the site's prefix, without extension.</param>
/// <param name="IsEncrypted">Whether the backup is encrypted.</param>
internal readonly record struct BackupPaths(string RemotePath, bool IsEncrypted)
{
    /// <summary>The archive; formats without one have a folder of the bare remote path instead.</summary>
    public string Archive => Add(BackupNames.ArchiveExtension);

    /// <summary>The index.</summary>
    public string Index => Add(BackupNames.IndexExtension);

    /// <summary>The backup info.</summary>
    public string Info => Add(BackupNames.InfoExtension);

    /// <summary>The note that keeps a label or preservation set later; outside the dated path, which never changes (I3).</summary>
    public string Note => $"notes/{Add(".json")}";

    /// <summary>Where its content and what tells of it is.</summary>
    public IReadOnlyList<string> Places => [RemotePath, Archive, Index, Info];

    /// <summary>Objects of which every backup without an archive has one.</summary>
    /// <param name="objectOf">What a file becomes; null when that is not known, and names count as not encrypted.</param>
    public IEnumerable<string> FirstObjects(Func<string, string>? objectOf = null)
    {
        var (folder, extension) = (RemotePath, IsEncrypted ? BackupNames.EncryptedExtension : "");
        objectOf ??= path => path + extension;
        return new[] { AppConfig.Path, PlatformConfig.Path }.Select(path => StoragePath.Join(folder, objectOf(path)));
    }

    /// <summary>The paths of a backup that the catalog knows.</summary>
    public static BackupPaths Of(SiteBackup backup) => new(backup.RemotePath, backup.Encrypted);

    /// <summary>The backup that a file is the backup info of; null when it is none.</summary>
    public static BackupPaths? OfInfo(string path) => TryStrip(path, BackupNames.InfoExtension, false)
        ?? TryStrip(path, BackupNames.InfoExtension + BackupNames.EncryptedExtension, true);

    private static BackupPaths? TryStrip(string path, string extension, bool isEncrypted) =>
        path.EndsWith(extension, StringComparison.Ordinal) ? new BackupPaths(path[..^extension.Length], isEncrypted) : null;

    private string Add(string extension) => RemotePath + extension + (IsEncrypted ? BackupNames.EncryptedExtension : "");
}
