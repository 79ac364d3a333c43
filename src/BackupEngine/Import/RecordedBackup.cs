using CloudBackup.Layout;

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

    /// <summary>
    /// The name that a file or folder has as a backup of CloudBackup, when it is not the one of its content: another user may have put one app's
    /// backup in the place of another's. Null when it has another kind of name, or the right one, with anything that other programs put behind
    /// it: an extension, the number of a download, the word copy.
    /// </summary>
    public static string? FindOtherName(string path, string location, string version)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        var right = BackupNames.AppName(location, version);
        if (name.StartsWith(right, StringComparison.OrdinalIgnoreCase) && IsEndOfVersion(name.AsSpan(right.Length)))
        {
            return null;
        }
        return BackupNames.IsAppName(name) ? Strip(Strip(name, BackupNames.EncryptedExtension), BackupNames.ArchiveExtension) : null;
    }

    /// <summary>Whether a version ends before this: 1.2.0 is neither 1.2.01 nor 1.2.0.1.</summary>
    private static bool IsEndOfVersion(ReadOnlySpan<char> rest) =>
        rest is [] || !(char.IsAsciiDigit(rest[0]) || (rest is ['.', var digit, ..] && char.IsAsciiDigit(digit)));

    private static string Strip(string name, string extension) => name.EndsWith(extension, StringComparison.Ordinal) ? name[..^extension.Length] : name;
}
