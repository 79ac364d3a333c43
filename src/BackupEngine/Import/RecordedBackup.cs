using CloudBackup.Formats;

namespace CloudBackup.Import;

/// <summary>A backup on this machine that lies as in a storage: the folder of its run, and in it its record beside its content.</summary>
/// <param name="StoragePath">The folder that the run's folder is in.</param>
/// <param name="RemotePath">The backup's path below it, without extension.</param>
internal sealed record RecordedBackup(string StoragePath, string RemotePath)
{
    /// <summary>The backup that an archive or a folder belongs to; null when its record is not there: then the content stands for itself.</summary>
    public static RecordedBackup? Find(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } run || !BackupNames.IsTag(Path.GetFileName(run)) || Path.GetDirectoryName(run) is not { } storage)
        {
            return null;
        }
        var remotePath = $"{Path.GetFileName(run)}/{Strip(Strip(Path.GetFileName(full), BackupNames.EncryptedExtension), BackupNames.ArchiveExtension)}";
        return new[] { new BackupPaths(remotePath, false), new BackupPaths(remotePath, true) }.Any(paths => File.Exists(Path.Join(storage, paths.Info)))
            ? new RecordedBackup(storage, remotePath)
            : null;
    }

    private static string Strip(string name, string extension) => name.EndsWith(extension, StringComparison.Ordinal) ? name[..^extension.Length] : name;
}
